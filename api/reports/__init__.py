"""Client reports: definitions, frozen figures, Typst PDF, deliveries by mail, and holding them while data is not sound."""
