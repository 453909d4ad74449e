using Mono.Cecil;
using Mono.Cecil.Cil;

namespace AhwaLora.Emu.Tests.House;

/// <summary>Calls in compiled code whose text or number depends on the culture of the thread.</summary>
internal static class CultureBoundCalls
{
    private static readonly HashSet<string> Numbers =
        ["System.SByte", "System.Int16", "System.Int32", "System.Int64", "System.Single", "System.Double", "System.Decimal", "System.Half", "System.TimeSpan", "System.DateTime"];

    /// <summary>The calls of an assembly, each as caller: callee.</summary>
    public static IEnumerable<string> Of(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        foreach (var method in module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody && !IsOfRecord(method)))
        {
            foreach (var instruction in method.Body.Instructions)
            {
                if (instruction.Operand is MethodReference called && IsCultureBound(called, instruction)) yield return $"{method.FullName}: {called.FullName}";
            }
        }
    }

    // What the compiler makes for a record to show itself in a debugger; the product prints none.
    private static bool IsOfRecord(MethodDefinition method) => method.Name == "PrintMembers" && method.CustomAttributes.Any(a => a.AttributeType.Name == "CompilerGeneratedAttribute");

    private static bool IsCultureBound(MethodReference called, Instruction call) => called.Name switch
    {
        // An interpolated string of .NET's handler without a culture; the project's own handler is of this module.
        ".ctor" => called.DeclaringType.FullName == "System.Runtime.CompilerServices.DefaultInterpolatedStringHandler" && called is not MethodDefinition && called.Parameters.Count == 2,
        "ToString" => !TakesCulture(called) && (IsNumber(called.DeclaringType) || (call.Previous is { OpCode.Code: Code.Constrained, Operand: TypeReference type } && IsNumber(type))),
        "Parse" or "TryParse" => IsNumber(called.DeclaringType) && !TakesCulture(called),
        "Join" or "Concat" => called is GenericInstanceMethod { DeclaringType.FullName: "System.String" } generic && generic.GenericArguments.Any(IsNumber),
        _ => false,
    };

    private static bool TakesCulture(MethodReference method) => method.Parameters.Any(p => p.ParameterType.FullName == "System.IFormatProvider");

    private static bool IsNumber(TypeReference type) => Numbers.Contains(type.FullName);
}
