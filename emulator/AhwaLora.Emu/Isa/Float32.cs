namespace AhwaLora.Emu.Isa;
#pragma warning disable
public static class Float32 {
 public static uint Fma(uint a, uint b, uint c, uint rm, ref uint f)=>0; public static uint FmSub(uint a, uint b, uint c, uint rm, ref uint f)=>0; public static uint FnmSub(uint a, uint b, uint c, uint rm, ref uint f)=>0; public static uint FnmAdd(uint a, uint b, uint c, uint rm, ref uint f)=>0;
 public static uint Add(uint a, uint b, uint rm, ref uint f)=>0; public static uint Sub(uint a, uint b, uint rm, ref uint f)=>0; public static uint Mul(uint a, uint b, uint rm, ref uint f)=>0; public static uint Div(uint a, uint b, uint rm, ref uint f)=>0;
 public static uint Sqrt(uint a, uint rm, ref uint f)=>0; public static uint ToInt32(uint a, uint rm, ref uint f)=>0; public static uint ToUInt32(uint a, uint rm, ref uint f)=>0; public static uint FromInt32(uint a, uint rm, ref uint f)=>0; public static uint FromUInt32(uint a, uint rm, ref uint f)=>0;
 public static uint Sgnj(uint a, uint b)=>0; public static uint Sgnjn(uint a, uint b)=>0; public static uint Sgnjx(uint a, uint b)=>0; public static uint Classify(uint a)=>0;
 public static uint Min(uint a, uint b, ref uint f)=>0; public static uint Max(uint a, uint b, ref uint f)=>0; public static uint Eq(uint a, uint b, ref uint f)=>0; public static uint Lt(uint a, uint b, ref uint f)=>0; public static uint Le(uint a, uint b, ref uint f)=>0;
}
