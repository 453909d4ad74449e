namespace AhwaLora.Machine.Bus;

/// <summary>How the arbiters of a TCDM's banks treat a cycle in which a wide access has the bank, so that no other request is granted.</summary>
public enum BankArbiter
{
    /// <summary>The next cycle is arbitrated among all who ask in it.</summary>
    Tree,

    /// <summary>
    /// Those who asked in the refused cycle are locked: until the bank grants one of them, newcomers wait. Measured on the
    /// interconnect of Snitch's cluster.
    /// </summary>
    LockingTree,
}
