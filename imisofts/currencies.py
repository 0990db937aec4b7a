"""ISO 4217: which currency codes exist, and how many decimals each one's unit has.

Money is stored as integers in the smallest unit of its currency, so every room that turns an amount into an integer or
back has to agree on the decimals. Source: ISO 4217 amendment 176, funds and metals left out.
"""

from typing import Final

_WITHOUT_DECIMALS: Final = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
_WITH_THREE: Final = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
_WITH_TWO: Final = frozenset(
    """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC
    CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
    KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR
    NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT
    TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG""".split()
)

CODES: Final = _WITHOUT_DECIMALS | _WITH_TWO | _WITH_THREE


def decimals(currency: str) -> int:
    """Decimal places of the currency's unit: JPY 0, EUR 2, KWD 3. ``ValueError`` for a code that ISO does not list."""
    if currency in _WITH_TWO:
        return 2
    if currency in _WITHOUT_DECIMALS:
        return 0
    if currency in _WITH_THREE:
        return 3
    raise ValueError(f"{currency!r} is not a currency of ISO 4217")
