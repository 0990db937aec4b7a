"""Programs run by the peers' own Python: nothing here imports the product, nor the product anything from here."""
