"""WeasyPrint makes a tagged PDF (PDF/UA-1) of one HTML file, three times; the first is to warm up.

A program of its own, run by the peers' Python: it knows nothing of the product.
"""

import json
import os
import time

from weasyprint import HTML


def main() -> None:
    """Print the seconds of the fastest warm run, and the pages."""
    spent, pages = [], 0
    for _ in range(3):
        started = time.perf_counter()
        document = HTML(filename=os.environ["RIVAL_DOCUMENT"]).render()
        made = document.write_pdf(pdf_variant="pdf/ua-1")
        spent.append(time.perf_counter() - started)
        pages = len(document.pages) if made else 0
    print(json.dumps({"seconds": min(spent[1:]), "pages": pages}))


if __name__ == "__main__":
    main()
