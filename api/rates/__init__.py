"""Exchange rates: dated, per workspace, recorded by people or imported."""
