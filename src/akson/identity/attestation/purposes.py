"""The framework's purpose codes and ours. ETREAT follows the ordinary rules; BTG alone sets them aside (ATT-38–41)."""

from akson.access.actor import PurposeOfUse

PURPOSE_OF: dict[str, PurposeOfUse] = {
    "TREAT": PurposeOfUse.TREATMENT,
    "ETREAT": PurposeOfUse.TREATMENT,
    "COC": PurposeOfUse.CARE_COORDINATION,
    "BTG": PurposeOfUse.EMERGENCY,
}
CODE_OF: dict[PurposeOfUse, str] = {
    PurposeOfUse.TREATMENT: "TREAT",
    PurposeOfUse.CARE_COORDINATION: "COC",
    PurposeOfUse.EMERGENCY: "BTG",
}
"""Purposes that stand not here are none that another enterprise is asked for."""
WORDS: dict[str, str] = {
    "TREAT": "Behandling",
    "ETREAT": "Akutt behandling",
    "COC": "Koordinering av helsehjelp",
    "BTG": "Nødrett",
}
