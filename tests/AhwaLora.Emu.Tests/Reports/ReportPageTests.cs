using System.Globalization;
using System.Text.Json;
using AhwaLora.Reports;
using AhwaLora.Runs.Traces;
using Microsoft.Playwright;

namespace AhwaLora.Emu.Tests.Reports;

/// <summary>The page in a browser: it renders, zooms, is readable on a desk and in a hand, and logs nothing.</summary>
[Trait(Traits.Speed, Traits.Slow)]
public sealed class ReportPageTests(ReportPageTests.Browser browser) : IClassFixture<ReportPageTests.Browser>
{
    private const string Executable = "/usr/bin/chromium";
    private static readonly string[] Arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    public static TheoryData<int, ColorScheme> Views { get; } = new()
    {
        { 1280, ColorScheme.Light },
        { 1280, ColorScheme.Dark },
        { 400, ColorScheme.Light },
        { 400, ColorScheme.Dark },
    };

    [Theory]
    [MemberData(nameof(Views))]
    public async Task It_renders_every_figure_within_its_width_and_logs_nothing(int width, ColorScheme scheme)
    {
        await using var view = await browser.Open(width, scheme);
        foreach (var section in new[] { "overhead", "balance", "roofline", "causes", "error", "conductance", "saturation" })
        {
            Assert.True(await view.Page.Locator($"#{section}-view svg").CountAsync() > 0, $"{section}: nothing is drawn");
        }

        Assert.Equal(3 * 2 * 2, await view.Page.Locator("#overhead-view svg g").CountAsync());
        Assert.Equal(4, await view.Page.Locator("#facts-view table").CountAsync());
        Assert.True(await view.Page.Locator("#facts-view [data-source='?']").CountAsync() > 5);
        var content = await view.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        Assert.True(content <= width, $"the page is {content} pixels wide in a window of {width}");
        Assert.Empty(view.Log);
    }

    [Theory]
    [MemberData(nameof(Views))]
    public async Task Its_text_is_large_enough_and_stands_out(int width, ColorScheme scheme)
    {
        await using var view = await browser.Open(width, scheme);
        var small = await view.Page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll('body *')]
                .filter(node => [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim()) && node.checkVisibility() && node.localName !== 'title')
                .filter(node => parseFloat(getComputedStyle(node).fontSize) < 12)
                .map(node => `${node.localName}: ${node.textContent}`)
            """);
        Assert.Empty(small);

        // WCAG 2.2, 1.4.3: 4.5 to 1 for text of this size.
        var contrast = await view.Page.EvaluateAsync<double[]>("""
            ['--text', '--quiet', '--accent', '--warning'].map(name => {
                const style = getComputedStyle(document.documentElement);
                const luminance = color => {
                    const parts = [1, 3, 5].map(i => parseInt(color.slice(i, i + 2), 16) / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
                };
                const [a, b] = [name, '--surface'].map(n => luminance(style.getPropertyValue(n).trim())).sort((x, y) => y - x);
                return (a + 0.05) / (b + 0.05);
            })
            """);
        Assert.All(contrast, ratio => Assert.InRange(ratio, 4.5, 21));
    }

    [Fact]
    public async Task The_timeline_zooms_and_pans_by_buttons_keys_and_mouse()
    {
        await using var view = await browser.Open(1280, ColorScheme.Light);
        var whole = await view.Window();
        Assert.Equal((0, (double)SmallReport.Data.Timeline.Cycles), whole);

        await view.Page.GetByRole(AriaRole.Button, new() { Name = "Zoom in" }).ClickAsync();
        var half = await view.Window();
        Assert.Equal(Length(whole) / 2, Length(half), 1.0);
        await view.Page.GetByRole(AriaRole.Button, new() { Name = "Earlier" }).ClickAsync();
        Assert.True((await view.Window()).Begin < half.Begin);
        await view.Page.GetByRole(AriaRole.Button, new() { Name = "Show the whole run" }).ClickAsync();
        Assert.Equal(whole, await view.Window());

        var lanes = view.Page.Locator(".lanes-canvas");
        await lanes.FocusAsync();
        await view.Page.Keyboard.PressAsync("+");
        await view.Page.Keyboard.PressAsync("+");
        var quarter = await view.Window();
        Assert.Equal(Length(whole) / 4, Length(quarter), 1.0);
        await view.Page.Keyboard.PressAsync("ArrowRight");
        Assert.True((await view.Window()).Begin > quarter.Begin);
        await view.Page.Keyboard.PressAsync("0");
        Assert.Equal(whole, await view.Window());

        await lanes.ScrollIntoViewIfNeededAsync();
        var box = (await lanes.BoundingBoxAsync())!;
        await view.Page.Mouse.MoveAsync(box.X + box.Width / 2, box.Y + 40);
        await view.Page.Mouse.WheelAsync(0, -300);
        await view.Page.WaitForFunctionAsync("document.querySelector('.timeline').dataset.begin > 0");
        var zoomed = await view.Window();
        await view.Page.Mouse.DownAsync();
        await view.Page.Mouse.MoveAsync(box.X + box.Width / 2 - 100, box.Y + 40);
        await view.Page.Mouse.UpAsync();
        var dragged = await view.Window();
        Assert.True(dragged.Begin > zoomed.Begin);
        Assert.Equal(Length(zoomed), Length(dragged), 1.0);
        Assert.Empty(view.Log);
    }

    [Fact]
    public async Task Zooming_changes_what_is_drawn_and_pointing_explains_it()
    {
        await using var view = await browser.Open(1280, ColorScheme.Light);
        var lanes = view.Page.Locator(".lanes-canvas");
        var before = await lanes.EvaluateAsync<string>("canvas => canvas.toDataURL()");
        await lanes.FocusAsync();
        await view.Page.Keyboard.PressAsync("+");
        await view.Page.WaitForTimeoutAsync(100);
        Assert.NotEqual(before, await lanes.EvaluateAsync<string>("canvas => canvas.toDataURL()"));

        var box = (await lanes.BoundingBoxAsync())!;
        await view.Page.Mouse.MoveAsync(box.X + box.Width / 2, box.Y + 34);
        var text = await view.Page.Locator(".tooltip").InnerTextAsync();
        Assert.Contains("hart 0", text, StringComparison.Ordinal);
        Assert.Contains("cycles from cycle", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_with_several_machines_are_chosen_from()
    {
        var data = SmallReport.Data with { Points = [.. SmallReport.Data.Points, .. SmallReport.Data.Points.Select(p => p with { Harts = 16, PipelinedCycles = p.TileAloneCycles })] };
        await using var view = await browser.Open(1280, ColorScheme.Light, data);
        Assert.DoesNotContain("0.0\u00a0%", await view.Page.Locator("#overhead-view .maps").InnerTextAsync(), StringComparison.Ordinal);
        await view.Page.GetByLabel("harts", new() { Exact = true }).SelectOptionAsync("16");
        Assert.Contains("0.0\u00a0%", await view.Page.Locator("#overhead-view .maps").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Empty(view.Log);
    }

    [Fact]
    public async Task The_page_of_a_run_shows_its_timeline_and_causes_alone()
    {
        var path = Scratch.File("run.html");
        TracePage.Write(new RunTrace("hello.elf", [("program", "hello.elf")], SmallReport.Data.Timeline, SmallReport.Data.Causes), path);
        await using var view = await browser.Open(400, ColorScheme.Light, path);
        Assert.Equal("Timeline of hello.elf", await view.Page.TitleAsync());
        Assert.Equal(["Timeline", "Where the harts' cycles went", "Configuration and provenance"], await view.Page.Locator("h2").AllInnerTextsAsync());
        Assert.Equal((0, (double)SmallReport.Data.Timeline.Cycles), await view.Window());
        Assert.Empty(view.Log);
    }

    [Fact]
    public async Task A_name_cannot_break_out_of_the_page()
    {
        const string Hostile = "</script><script>document.title = 'broken'</script><img src=x onerror=alert(1)>/* scripts */";
        var timeline = SmallReport.Data.Timeline with { Tracks = [.. SmallReport.Data.Timeline.Tracks.Select(t => t with { Name = t.Kind == "harts" ? t.Name + Hostile : t.Name })] };
        var path = Scratch.File("run.html");
        TracePage.Write(new RunTrace(Hostile, [("program", Hostile)], timeline, SmallReport.Data.Causes), path);
        await using var view = await browser.Open(1280, ColorScheme.Light, path);
        Assert.Equal($"Timeline of {Hostile}", await view.Page.EvaluateAsync<string>("document.title"));
        Assert.Equal(0, await view.Page.Locator("img").CountAsync());
        Assert.Empty(view.Log);
    }

    private static double Length((double Begin, double End) window) => window.End - window.Begin;

    /// <summary>One browser for all tests; it is Debian's, and nothing is downloaded.</summary>
    public sealed class Browser : IAsyncLifetime
    {
        private readonly string _directory = Directory.CreateTempSubdirectory("ahwalora").FullName;
        private IPlaywright? _playwright;
        private IBrowser? _browser;

        public async Task InitializeAsync()
        {
            if (!File.Exists(Executable)) throw new InvalidOperationException($"{Executable} is not installed; 'make test' installs it");
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Executable, Headless = true, Args = Arguments });
        }

        /// <summary>The page in a window of that width.</summary>
        internal async Task<View> Open(int width, ColorScheme scheme, ReportData? data = null)
        {
            var directory = Directory.CreateDirectory(Path.Combine(_directory, Guid.NewGuid().ToString("N"))).FullName;
            ReportFiles.Write(data ?? SmallReport.Data, directory, withPictures: false);
            return await Open(width, scheme, Path.Combine(directory, ReportFiles.Page));
        }

        /// <summary>A page of its own.</summary>
        internal async Task<View> Open(int width, ColorScheme scheme, string path)
        {
            var context = await _browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme });
            var page = await context.NewPageAsync();
            var log = new List<string>();
            page.Console += (_, message) => log.Add($"{message.Type}: {message.Text}");
            page.PageError += (_, error) => log.Add(error);
            page.Request += (_, request) => { if (!request.Url.StartsWith("file:", StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal)) log.Add(request.Url); };
            await page.GotoAsync(new Uri(path).AbsoluteUri);
            await page.WaitForFunctionAsync("document.querySelector('.timeline')?.dataset.end > 0 && document.querySelector('#causes-view svg') !== null");
            return new View(context, page, log);
        }

        public async Task DisposeAsync()
        {
            if (_browser is not null) await _browser.DisposeAsync();
            _playwright?.Dispose();
            Directory.Delete(_directory, recursive: true);
        }
    }

    internal sealed record View(IBrowserContext Context, IPage Page, List<string> Log) : IAsyncDisposable
    {
        /// <summary>The cycles that the timeline shows.</summary>
        public async Task<(double Begin, double End)> Window()
        {
            var data = await Page.Locator(".timeline").EvaluateAsync<JsonElement>("node => [node.dataset.begin, node.dataset.end]");
            return (Number(data[0]), Number(data[1]));
        }

        public ValueTask DisposeAsync() => Context.DisposeAsync();

        private static double Number(JsonElement text) => double.Parse(text.GetString()!, CultureInfo.InvariantCulture);
    }
}
