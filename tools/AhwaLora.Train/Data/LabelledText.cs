namespace AhwaLora.Train.Data;

/// <summary>A sentence, or two, and the class it belongs to.</summary>
/// <param name="First">The sentence.</param>
/// <param name="Second">The second one; null if the task has one.</param>
/// <param name="Label">Its class, from 0.</param>
public sealed record LabelledText(string First, string? Second, int Label);

/// <summary>A question about a context, and where in it the answer stands.</summary>
/// <param name="Id">Names the question.</param>
/// <param name="Context">The text.</param>
/// <param name="Question">The question.</param>
/// <param name="Answer">The answer, a part of the context.</param>
/// <param name="AnswerStart">Its first character in the context.</param>
public sealed record ReadingQuestion(string Id, string Context, string Question, string Answer, int AnswerStart);

/// <summary>A prompt, and the response that is expected.</summary>
public sealed record Instruction(string Prompt, string Response);

/// <summary>What a model is trained on, and what it is measured on.</summary>
public sealed record Split<T>(IReadOnlyList<T> Train, IReadOnlyList<T> Dev);
