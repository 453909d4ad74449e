namespace AhwaLora.Train.Data;

/// <summary>A sentence, or two, and its class.</summary>
/// <param name="First">The sentence.</param>
/// <param name="Second">The second sentence; null if the task has only one.</param>
/// <param name="Label">Its class, from 0.</param>
public sealed record LabelledText(string First, string? Second, int Label);

/// <summary>A question about a context, and the answer's place in it.</summary>
/// <param name="Id">Names the question.</param>
/// <param name="Context">The text.</param>
/// <param name="Question">The question.</param>
/// <param name="Answer">The answer, a part of the context.</param>
/// <param name="AnswerStart">The position of the answer's first character in the context, from 0.</param>
public sealed record ReadingQuestion(string Id, string Context, string Question, string Answer, int AnswerStart);

/// <summary>A prompt and its expected response.</summary>
public sealed record Instruction(string Prompt, string Response);

/// <summary>The examples that a model is trained on, and those that it is measured on.</summary>
public sealed record Split<T>(IReadOnlyList<T> Train, IReadOnlyList<T> Dev);
