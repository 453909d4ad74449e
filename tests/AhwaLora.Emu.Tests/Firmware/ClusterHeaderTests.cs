using AhwaLora.Emu.Tests.Harness;
using AhwaLora.Experiments.Contract;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Firmware;

/// <summary>With a header generated for two clusters, the firmware's functions drive the cluster of the hart that calls them.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class ClusterHeaderTests
{
    private const string Program =
        """
        #include "ahwa.h"

        volatile uint64_t tohost __attribute__((section(".tohost"), aligned(64)));
        volatile uint32_t seen[8], copies[8], ready;
        __attribute__((aligned(16))) char stacks[8][512];

        __asm__(".globl _start\n_start: csrr t0, mhartid\n la sp, stacks\n addi t0, t0, 1\n slli t0, t0, 9\n add sp, sp, t0\n call run\n1: wfi\n j 1b");

        void run(void)
        {
            const uint32_t hart = ahwa_hart(), cluster = ahwa_cluster(), tcdm = 0x10000000u + cluster * 0x400000u;
            seen[hart] = ahwa_harts() + 16 * cluster;
            ahwa_write(tcdm + 4 * (hart % AHWA_HARTS_PER_CLUSTER), 100 + hart);
            ahwa_barrier();
            if (hart % AHWA_HARTS_PER_CLUSTER != 0) return;
            const uint32_t bytes = 4 * ahwa_harts();
            ahwa_dma_copy_2d((uint32_t)copies + cluster * bytes, tcdm, bytes, 1, 0, 0);
            (void)ahwa_dma_read(AHWA_DMA_WAIT_OFFSET);
            if (cluster == 1) ready = 1;
            else while (!ready) ahwa_fence();
            if (cluster == 0) tohost = 1;
        }
        """;

    [Fact]
    public void Barriers_and_copies_are_those_of_the_callers_cluster()
    {
        var platform = new PlatformDescription
        {
            Memories = [new MemoryDescription { Name = "ram", Base = 0x8000_0000, Size = 1 << 20 }],
            Clusters = [ClusterDescription.At(0x1000_0000, harts: 4), ClusterDescription.At(0x1040_0000, harts: 4, "tcdm1")],
        };
        var source = Scratch.File("main.c", Program);
        string Beside(string name) => Path.Combine(Path.GetDirectoryName(source)!, name);

        var runtime = Path.Combine(Toolchain.Root, "firmware", "runtime");
        foreach (var header in Directory.GetFiles(runtime, "*.h")) File.Copy(header, Beside(Path.GetFileName(header)));

        // The default platform has tiles, so the functions of the runtime name their registers; these clusters have none.
        File.WriteAllText(Beside("ahwa_registers.h"), RegisterHeader.ToHeader(platform with
        {
            Clusters = [.. platform.Clusters.Select(cluster => cluster with { Aimc = new AimcDescription { Base = cluster.Tcdm!.Base + 0x23_0000 } })],
        }));
        Toolchain.Run("riscv64-unknown-elf-gcc", $"-march=rv32imf_zicsr -mabi=ilp32f -mcmodel=medany -O2 -ffreestanding -nostdlib -nostartfiles -static -Wl,--no-relax -T {Toolchain.Script} {source} -o {Beside("main.elf")}");
        var program = TestMachine.Load(Beside("main.elf"), platform).Finish();

        Assert.Equal([4u, 4, 4, 4, 20, 20, 20, 20], Enumerable.Range(0, 8).Select(n => program.Word("seen", n)));
        Assert.Equal(Enumerable.Range(100, 8).Select(n => (uint)n), Enumerable.Range(0, 8).Select(n => program.Word("copies", n)));
    }
}
