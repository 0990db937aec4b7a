"""`imisofts builder`."""


def builder() -> None:
    """Help to build this lake's figures, from this machine or another one, until Ctrl-C.

    Needs two settings, IMISOFTS_LAKE_CATALOG_URL and IMISOFTS_LAKE_DATA_PATH: the catalogue, and the folder of the
    lake's files under the same path as everywhere. Large builds are shared between whoever is there; a builder that is
    killed loses the part it works on, and another one takes that. `imisofts up` starts its own (IMISOFTS_BUILDERS).
    """
    from warehouse.parts import builder as program

    program.main()
