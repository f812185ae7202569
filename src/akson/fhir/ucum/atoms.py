"""The units of UCUM that health records use, each said by others, and the prefixes.

Values are those of https://ucum.org/ucum (tables 1 to 21). A row is code, value, unit it is said by; `metric` atoms
take prefixes. Arbitrary units ([iU] and the like) measure something of their own: they convert to nothing else.
"""

from collections.abc import Mapping
from fractions import Fraction

PREFIXES: Mapping[str, Fraction] = {
    **{
        name: Fraction(10) ** power
        for name, power in {
            "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1,
            "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
        }.items()
    },
    **{name: Fraction(1024) ** power for name, power in {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4}.items()},
}  # fmt: skip

BASE = ("m", "s", "g", "rad", "K", "C", "cd")

METRIC = """
mol 6.0221367e23 1
sr 1 rad2
Hz 1 s-1
N 1 kg.m/s2
Pa 1 N/m2
J 1 N.m
W 1 J/s
A 1 C/s
V 1 J/C
F 1 C/V
Ohm 1 V/A
S 1 Ohm-1
Wb 1 V.s
T 1 Wb/m2
H 1 Wb/A
lm 1 cd.sr
lx 1 lm/m2
Bq 1 s-1
Gy 1 J/kg
Sv 1 J/kg
l 1 dm3
L 1 l
ar 100 m2
t 1e3 kg
bar 1e5 Pa
u 1.6605402e-24 g
eV 160217.7e-24 J
pc 3.085678e16 m
[c] 299792458 m/s
[h] 6.6260755e-34 J.s
[k] 1.380658e-23 J/K
[eps_0] 8.854187817e-12 F/m
[mu_0] 4e-7 [pi].N/A2
[e] 160217.7e-24 C
[m_e] 9.1093897e-28 g
[m_p] 1.6726231e-24 g
[G] 6.67259e-11 m3.kg-1.s-2
[g] 9.80665 m/s2
[ly] 31557600 [c].s
gf 1 g.[g]
Ky 1 cm-1
Gal 1 cm/s2
dyn 1 g.cm/s2
erg 1 dyn.cm
P 1 dyn.s/cm2
Bi 10 A
St 1 cm2/s
Mx 1e-8 Wb
G 1e-4 T
Oe 250 /[pi].A/m
Gb 1 Oe.cm
sb 1 cd/cm2
Lmb 1 cd/cm2/[pi]
ph 1e-4 lx
Ci 37e9 Bq
R 2.58e-4 C/kg
RAD 100 erg/g
REM 1 RAD
cal 4.184 J
cal_IT 4.1868 J
cal_th 4.184 J
cal_m 4.19002 J
cal_[15] 4.18580 J
cal_[20] 4.18190 J
m[H2O] 9.80665e3 Pa
m[Hg] 133.3220e3 Pa
eq 1 mol
osm 1 mol
kat 1 mol/s
U 1 umol/min
g% 1 g/dl
bit 1 1
By 8 bit
Bd 1 /s
mho 1 S
st 1 m3
"""

PLAIN = """
[pi] 3.1415926535897932384626433832795028841971693993751058209749445923 1
% 1e-2 1
[ppth] 1e-3 1
[ppm] 1e-6 1
[ppb] 1e-9 1
[pptr] 1e-12 1
10* 10 1
10^ 10 1
gon 0.9 deg
deg 2 [pi].rad/360
' 1 deg/60
'' 1 '/60
min 60 s
h 60 min
d 24 h
a_t 365.24219 d
a_j 365.25 d
a_g 365.2425 d
a 1 a_j
wk 7 d
mo_s 29.53059 d
mo_j 1 a_j/12
mo_g 1 a_g/12
mo 1 mo_j
AU 149597.870691e6 m
atm 101325 Pa
att 1 kgf/cm2
[in_i] 2.54 cm
[ft_i] 12 [in_i]
[yd_i] 3 [ft_i]
[mi_i] 5280 [ft_i]
[fth_i] 6 [ft_i]
[nmi_i] 1852 m
[kn_i] 1 [nmi_i]/h
[sin_i] 1 [in_i]2
[sft_i] 1 [ft_i]2
[syd_i] 1 [yd_i]2
[cin_i] 1 [in_i]3
[cft_i] 1 [ft_i]3
[cyd_i] 1 [yd_i]3
[bf_i] 144 [in_i]3
[hd_i] 4 [in_i]
[mil_i] 1e-3 [in_i]
[in_us] 1 [ft_us]/12
[ft_us] 1200 m/3937
[yd_us] 3 [ft_us]
[mi_us] 5280 [ft_us]
[acr_us] 160 [rd_us]2
[rd_us] 16.5 [ft_us]
[in_br] 2.539998 cm
[ft_br] 12 [in_br]
[gal_us] 231 [in_i]3
[bbl_us] 42 [gal_us]
[qt_us] 1 [gal_us]/4
[pt_us] 1 [qt_us]/2
[gil_us] 1 [pt_us]/4
[foz_us] 1 [gil_us]/4
[fdr_us] 1 [foz_us]/8
[min_us] 1 [fdr_us]/60
[tbs_us] 1 [foz_us]/2
[tsp_us] 1 [tbs_us]/3
[cup_us] 16 [tbs_us]
[foz_m] 30 mL
[drp] 1 ml/20
[cup_m] 240 mL
[tsp_m] 5 mL
[tbs_m] 15 mL
[gal_br] 4.54609 l
[qt_br] 1 [gal_br]/4
[pt_br] 1 [qt_br]/2
[foz_br] 1 [pt_br]/20
[gr] 64.79891 mg
[lb_av] 7000 [gr]
[oz_av] 1 [lb_av]/16
[dr_av] 1 [oz_av]/16
[scwt_av] 100 [lb_av]
[lcwt_av] 112 [lb_av]
[ston_av] 20 [scwt_av]
[lton_av] 20 [lcwt_av]
[stone_av] 14 [lb_av]
[pwt_tr] 24 [gr]
[oz_tr] 20 [pwt_tr]
[lb_tr] 12 [oz_tr]
[sc_ap] 20 [gr]
[dr_ap] 3 [sc_ap]
[oz_ap] 8 [dr_ap]
[lb_ap] 12 [oz_ap]
[oz_m] 28 g
[car_m] 2e-1 g
[lne] 1 [in_i]/12
[pnt] 1 [lne]/6
[pca] 12 [pnt]
[degRe] 1 K
[psi] 1 [lbf_av]/[in_i]2
[lbf_av] 1 [lb_av].[g]
[Btu_IT] 1.05505585262 kJ
[Btu_th] 1.054350 kJ
[Btu] 1 [Btu_th]
[Cal] 1 kcal_th
[HP] 550 [ft_i].[lbf_av]/s
[in_i'H2O] 1 m[H2O].[in_i]/m
[in_i'Hg] 1 m[Hg].[in_i]/m
[PRU] 1 mm[Hg].s/ml
[wood'U] 1 mm[Hg].min/L
[diop] 1 /m
[hnsf'U] 1 1
[APL'U] 1 1
[CFU] 1 [CFU]
[pH] 1 [pH]
bit_s 1 1
circ 2 [pi].rad
sph 4 [pi].sr
[car_Au] 1 /24
[smoot] 67 [in_i]
[HPF] 1 1
[LPF] 100 1
Ao 0.1 nm
b 100 fm2
[iU] 1 [iU]
[IU] 1 [iU]
"""

ARBITRARY = """[arb'U] [USP'U] [GPL'U] [MPL'U] [APL'U] [beth'U] [anti'Xa'U] [todd'U] [dye'U] [smgy'U] [bdsk'U] [ka'U]
[knk'U] [mclg'U] [tb'U] [CCID_50] [TCID_50] [EID_50] [PFU] [FFU] [CFU] [iU] [BAU] [AU] [Lf] [D'ag'U] [FEU] [ELU] [EU]
[Amb'a'1'U] [pH] [SPM] [MET] [S] [RFU] [kp_C] [hp_X] [hp_C] [hp_M] [hp_Q] [IR] [PNU]"""

METRIC_ARBITRARY = ("[iU]", "[IU]", "[anti'Xa'U]", "[arb'U]")
LOGARITHMIC = ("Np", "B", "B[SPL]", "B[V]", "B[mV]", "B[uV]", "B[10.nV]", "B[W]", "B[kW]", "bit_s", "[pH]")

# Scales whose zero is elsewhere: kelvin = value * factor + offset.
OFFSETS: Mapping[str, tuple[Fraction, Fraction]] = {
    "Cel": (Fraction(1), Fraction("273.15")),
    "[degF]": (Fraction(5, 9), Fraction("459.67") * Fraction(5, 9)),
    "[degRe]": (Fraction(5, 4), Fraction("273.15")),
}
