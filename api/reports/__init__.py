"""Client reports: definitions, frozen figures, Typst PDF, deliveries by mail, held while the data is not sound."""
