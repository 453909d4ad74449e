# make run    the main demonstration: layers of a trained model, and its tasks, on RISC-V harts beside analog tiles
# make test   all tests; ends with "N passed, N failed"
# make test-fast  the fast tests, in less than a minute; CONFIGURATION=Debug runs them with assertions
# make bench  the speed, as ratios within one run
# make study  measures again and writes docs/study.md with its tables and pictures
# make train  trains the models of docs/training.md and writes its tables
# make test-train  tests of the training
# make torture  random programs on QEMU and on both engines, SEEDS=n of each kind
# make publish  a dotnet tool package, and a program that needs no .NET, in OUT (default: out)
# make format, check-format, clean
.PHONY: all build cli firmware run test test-fast train test-train train-dependencies torture bench study publish format check-format clean help dependencies test-dependencies

CONFIGURATION := Release
DOTNET := dotnet
SEEDS ?= 1000
OUT ?= out

# Compiled ahead of time, the command line starts in half the time.
PUBLISH = $(DOTNET) publish emulator/AhwaLora.Cli -c $(CONFIGURATION) -p:PublishReadyToRun=true -p:PackAsTool=false -v quiet --nologo

PICOLIBC := /usr/lib/picolibc/riscv64-unknown-elf/picolibc.specs
FONT := /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
TOOLCHAIN := riscv64-unknown-elf-gcc:gcc-riscv64-unknown-elf $(PICOLIBC):picolibc-riscv64-unknown-elf
TEST_TOOLS := script:bsdutils qemu-riscv32:qemu-user qemu-system-riscv32:qemu-system-misc gdb-multiarch:gdb-multiarch $(FONT):fonts-dejavu-core /usr/sbin/slurmctld:slurm-wlm /usr/sbin/munged:munge /usr/bin/chromium:chromium
TRAINING := g++:g++ patchelf:patchelf

all: build firmware

help:
	@sed -n 's/^# make /make /p' Makefile

dependencies:
	@tools/install-dependencies $(TOOLCHAIN)

test-dependencies: dependencies
	@tools/install-dependencies $(TEST_TOOLS)

build:
	@echo "building ..."
	@$(DOTNET) build AhwaLora.Emu.sln -c $(CONFIGURATION) -v quiet --nologo
	@$(PUBLISH) --use-current-runtime --self-contained false -o out/cli

firmware: dependencies
	@$(MAKE) --no-print-directory -C firmware

# Only the command line, since what the tests need is large.
cli:
	@echo "building ..."
	@$(PUBLISH) --use-current-runtime --self-contained false -o out/cli

run: cli firmware
	@tools/ahwalora layer --adapter tools/models/sst2 --module layer.0.attention.self.query
	@tools/ahwalora layer --adapter tools/models/sst2 --module layer.0.output.dense
	@tools/ahwalora adapter load tools/models/squad --swap tools/models/sst2

# Tests start the command line that was compiled ahead of time.
test: test-dependencies build firmware
	@CONFIGURATION=$(CONFIGURATION) AHWALORA_CLI=$(CURDIR)/out/cli/ahwalora.dll tools/test

test-fast: test-dependencies firmware
	@echo "building ..."
	@$(DOTNET) build AhwaLora.Emu.sln -c $(CONFIGURATION) -v quiet --nologo
	@CONFIGURATION=$(CONFIGURATION) tools/test fast

# The training is outside the solution: only these targets fetch libtorch.
train-dependencies:
	@tools/install-dependencies $(TRAINING)

train: train-dependencies
	@$(DOTNET) run -c $(CONFIGURATION) --project tools/AhwaLora.Train -- tables

test-train: train-dependencies
	@tools/test-train

torture: test-dependencies build
	@tools/torture $(SEEDS)

bench: test-dependencies build firmware
	@tools/bench

study: cli firmware
	@tools/install-dependencies $(FONT):fonts-dejavu-core
	@rm -rf out/study
	@tools/ahwalora study

publish: firmware
	@$(DOTNET) pack emulator/AhwaLora.Cli -c $(CONFIGURATION) -o $(OUT)/tool -v quiet --nologo
	@$(PUBLISH) -r linux-x64 --self-contained -o $(OUT)/linux-x64
	@echo "$(OUT)/tool: dotnet tool package; $(OUT)/linux-x64/ahwalora: needs no .NET"

format:
	@$(DOTNET) format AhwaLora.Emu.sln
	@$(DOTNET) format tools/AhwaLora.Train
	@$(DOTNET) format tests/AhwaLora.Train.Tests

check-format:
	@$(DOTNET) format AhwaLora.Emu.sln --verify-no-changes

clean:
	@$(MAKE) --no-print-directory -C firmware clean
	@$(DOTNET) clean AhwaLora.Emu.sln -c $(CONFIGURATION) -v quiet --nologo
	@rm -rf out
