"""Economics: what a ledger of children, families and posts costs, and what each schedule saves."""
