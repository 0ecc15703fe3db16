"""The labels of each French meter's output in the order in which Watteco numbers them, and how each is stored.

Source: https://github.com/Watteco/Codec-API-LoRaWAN, codec/tic.js (facts only).

One word per field: label:form, and :unit where the extra's name needs one. Forms:

    z text to a 0 byte        c character       B u8   H u16   h s16   T u24   I u32   f float      e nothing
    D day month year hour minute second         S season, year month day hour minute second
    SB SH ST  S and a number                    s u32 seconds since 2000-01-01 UTC     sP s and P
    P tariff period   C contract   V state      TV T and V     (one byte: number of a word; 0x80 + n: n characters)
    t hour minute day month   d day month hour  m hour minute
    x u8 size, bytes          b four bytes, bits   J eleven entries: 0xFF, or hour minute and two bytes of bits
"""

ICE_GENERAL = """
CONTRAT:z DATECOUR:D DATE:D EA:T:wh ERP:T:varh PTCOUR:z PREAVIS:z MODE:e
DATEPA1:D PA1:H:kw DATEPA2:D PA2:H:kw DATEPA3:D PA3:H:kw DATEPA4:D PA4:H:kw
DATEPA5:D PA5:H:kw DATEPA6:D PA6:H:kw *p*:T KDC:B:percent KDCD:B:percent TGPHI:f
PSP:H:kw PSPM:H:kw PSHPH:H:kw PSHPD:H:kw PSHCH:H:kw PSHCD:H:kw PSHPE:H:kw PSHCE:H:kw
PSJA:H:kw PSHH:H:kw PSHD:H:kw PSHM:H:kw PSDSM:H:kw PSSCM:H:kw MODE2:e PA1MN:H:kw
PA10MN:H:kw PREA1MN:h:kvar PREA10MN:h:kvar TGPHI2:f U10MN:H:v
"""

_PERIODS = ["P", "PM", "HCE", "HCH", "HH", "HCD", "HD", "JA", "HPE", "HPH", "HPD", "SCM", "HM", "DSM"]


def _ice_period(p: str) -> str:
    """The labels of a billing period: the one in force (`p`), or the one before (`p1`)."""
    words = [f"DEBUT{p}:D", f"FIN{p}:D", f"CAF{p}:H"]
    for energy, unit in (("EA", "kwh"), ("ERP", "kvarh"), ("ERN", "kvarh")):
        words += [f"DATE{energy}{p}:D", *(f"{energy}{p}{period}:T:{unit}" for period in _PERIODS)]
    return " ".join(words)


ICE_PERIOD, ICE_PERIOD_BEFORE = _ice_period("p"), _ice_period("p1")

HISTORIC = """
ADIR1:H:a ADIR2:H:a ADIR3:H:a ADCO:z OPTARIF:z ISOUSC:B:a BASE:I HCHC:I
HCHP:I EJPHN:I EJPHPM:I BBRHCJB:I BBRHPJB:I BBRHCJW:I BBRHPJW:I BBRHCJR:I
BBRHPJR:I PEJP:B:min GAZ:I AUTRE:I PTEC:z DEMAIN:z IINST:H IINST1:H
IINST2:H IINST3:H ADPS:H:a IMAX:H:a IMAX1:H:a IMAX2:H:a IMAX3:H:a PMAX:I:w
PAPP:I HHPHC:c MOTDETAT:z PPOT:B
"""

YELLOW = """
JAUNE:t JAUNE_pt:z JAUNE_dp:z JAUNE_power:T JAUNE_kp:B ENERG_1:T ENERG_2:T ENERG_3:T
ENERG_4:T ENERG_5:T ENERG_6:T PERCC:d PERCC_cg:B PMAXC_1:T PMAXC_2:T PMAXC_3:T
PMAXC_4:T TDEPA_1:T TDEPA_2:T TDEPA_3:T TDEPA_4:T PERCP:d PERCP_cg:B PMAXP_1:T
PMAXP_2:T PMAXP_3:T PMAXP_4:T PSOUSC_1:T PSOUSC_2:T PSOUSC_3:T PSOUSC_4:T PSOUSP_1:T
PSOUSP_2:T PSOUSP_3:T PSOUSP_4:T FCOU:m FCOU_dd:B
"""

STANDARD = """
ADSC:z VTIC:B DATE:S NGTF:C LTARF:P EAST:I EASF01:I EASF02:I
EASF03:I EASF04:I EASF05:I EASF06:I EASF07:I EASF08:I EASF09:I EASF10:I
EASD01:I EASD02:I EASD03:I EASD04:I EAIT:I ERQ1:I:varh ERQ2:I:varh ERQ3:I:varh
ERQ4:I:varh IRMS1:H IRMS2:H IRMS3:H URMS1:H URMS2:H URMS3:H PREF:B:kva
PCOUP:B:kva SINSTS:T SINSTS1:T SINSTS2:T SINSTS3:T SMAXSN:ST:va SMAXSN1:ST:va SMAXSN2:ST:va
SMAXSN3:ST:va SMAXSN-1:ST:va SMAXSN1-1:ST:va SMAXSN2-1:ST:va SMAXSN3-1:ST:va SINSTI:T:va SMAXIN:ST:va SMAXIN-1:ST:va
CCASN:ST:w CCASN-1:ST:w CCAIN:ST:w CCAIN-1:ST:w UMOY1:SH:v UMOY2:SH:v UMOY3:SH:v STGE:b
DPM1:SB FPM1:SB DPM2:SB FPM2:SB DPM3:SB FPM3:SB MSG1:z MSG2:z
PRM:z RELAIS:B NTARF:B NJOURF:B NJOURF+1:B PJOURF+1:J PPOINTE:J
"""

PME_PMI = """
TRAME:V ADS:x MESURES1:C DATE:D EA_s:T:wh ER+_s:T:varh ER-_s:T:varh EAPP_s:T:vah
EA_i:T:wh ER+_i:T:varh ER-_i:T:varh EAPP_i:T:vah PTCOUR1:P TARIFDYN:V ETATDYN1:P PREAVIS1:P
TDYN1CD:sP TDYN1CF:sP TDYN1FD:sP TDYN1FF:sP MODE:V CONFIG:V DATEPA1:D PA1_s:H:kw
PA1_i:H:kw DATEPA2:s PA2_s:H:kw PA2_i:H:kw DATEPA3:s PA3_s:H:kw PA3_i:H:kw DATEPA4:s
PA4_s:H:kw PA4_i:H:kw DATEPA5:s PA5_s:H:kw PA5_i:H:kw DATEPA6:s PA6_s:H:kw PA6_i:H:kw
DebP:s EAP_s:T:kwh EAP_i:T:kwh ER+P_s:T:kvarh ER-P_s:T:kvarh ER+P_i:T:kvarh ER-P_i:T:kvarh DebP-1:s
FinP-1:s EaP-1_s:T:kwh EaP-1_i:T:kwh ER+P-1_s:T:kvarh ER-P-1_s:T:kvarh ER+P-1_i:T:kvarh ER-P-1_i:T:kvarh PS:TV
PREAVIS:V PA1MN:H:kw PMAX_s:TV PMAX_i:TV TGPHI_s:f TGPHI_i:f MESURES2:C PTCOUR2:P
ETATDYN2:P PREAVIS2:P TDYN2CD:sP TDYN2CF:sP TDYN2FD:sP TDYN2FF:sP DebP_2:s EaP_s2:T:kwh
DebP-1_2:s FinP-1_2:s EaP-1_s2:T:kwh _DDMES1_:T:s
"""

_FIRST = ("!?!", "*", "")
PERIOD_WORDS = (
    *_FIRST, " ? ", "000", "HC", "HCD", "HCE", "HCH", "HH", "HH ", "HP", "HP ", "HPD", "HPE", "HPH", "JA", "JA ", "P",
    "P  ", "PM", "PM ", "X" * 3, "INDEX NON CONSO", "BASE", "HEURE CREUSE", "HEURE PLEINE", "HEURE NORMALE",
    "HEURE POINTE", "HC BLEU", "BUHC", "HP BLEU", "BUHP", "HC BLANC", "BCHC", "HP BLANC", "BCHP", "HC ROUGE", "RHC",
    "HP ROUGE", "RHP", "HEURE WEEK-END",
)  # fmt: skip
CONTRACT_WORDS = (
    *_FIRST, "BT 4 SUP36", "BT 5 SUP36", "HTA 5", "HTA 8", "TJ EJP", "TJ EJP-HH", "TJ EJP-PM", "TJ EJP-SD", "TJ LU",
    "TJ LU-CH", "TJ LU-P", "TJ LU-PH", "TJ LU-SD", "TJ MU", "TV A5 BASE", "TV A8 BASE", "BASE", "H PLEINE-CREUSE",
    "HPHC", "HC", "HC et Week-End", "EJP", "PRODUCTEUR",
)  # fmt: skip
STATE_WORDS = (
    *_FIRST, " ACTIF", "ACTIF", "CONSO", "CONTROLE", "DEP", "INACTIF", "PROD", "TEST", "kVA", "kW",
)  # fmt: skip

_INDEXES = ["HCHC", "HCHP", "EJPHN", "EJPHPM", "BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"]

PROPERTIES: dict[str, tuple[str, int]] = {
    "BASE": ("active_energy_index", 0), "EAST": ("active_energy_index", 0), "EAIT": ("active_energy_index", 20),
    **{label: ("active_energy_index", place) for place, label in enumerate(_INDEXES, 1)},
    **{f"EASF{place:02}": ("active_energy_index", place) for place in range(1, 11)},
    **{f"EASD{place:02}": ("active_energy_index", 10 + place) for place in range(1, 5)},
    "IINST": ("current", 0), "PAPP": ("apparent_power", 0), "SINSTS": ("apparent_power", 0),
    **{f"IINST{phase}": ("current", phase) for phase in (1, 2, 3)},
    **{f"IRMS{phase}": ("current", phase) for phase in (1, 2, 3)},
    **{f"URMS{phase}": ("voltage", phase) for phase in (1, 2, 3)},
    **{f"SINSTS{phase}": ("apparent_power", phase) for phase in (1, 2, 3)},
}  # fmt: skip
"""Label -> property and channel (vigie.codecs.makers.tic), for what the meter counts in the catalogue's unit."""

TARIFFS = ("PTEC", "LTARF", "PTCOUR", "PTCOUR1", "JAUNE_pt")
"""Labels of the tariff period in force."""
