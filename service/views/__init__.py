"""What is served: a module a kind of address. No SQL here, and no feed built by hand."""
