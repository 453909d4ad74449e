using AhwaLora.Common.Settings;

namespace AhwaLora.Reports;

/// <summary>Settings of reports that messages name.</summary>
public static class ReportSettings
{
    /// <summary>Rows and columns of the tiles whose errors are shown.</summary>
    public static readonly Setting Lines = new("size");

    /// <summary>The number of such tiles.</summary>
    public static readonly Setting Seeds = new("seeds");
}
