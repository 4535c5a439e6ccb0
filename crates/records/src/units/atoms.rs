//! The units and prefixes of UCUM that records use, with their size in metre, gram, second, kelvin,
//! mole, candela and coulomb.

/// What a unit is made of.
pub(super) struct Atom {
    pub(super) code: &'static str,
    /// Whether it takes prefixes.
    pub(super) metric: bool,
    pub(super) factor: f64,
    pub(super) dimension: &'static [(&'static str, i32)],
}

const fn atom(
    code: &'static str,
    metric: bool,
    factor: f64,
    dimension: &'static [(&'static str, i32)],
) -> Atom {
    Atom { code, metric, factor, dimension }
}

/// Prefixes, longest first.
pub(super) const PREFIXES: [(&str, f64); 16] = [
    ("da", 1e1),
    ("T", 1e12),
    ("G", 1e9),
    ("M", 1e6),
    ("k", 1e3),
    ("h", 1e2),
    ("d", 1e-1),
    ("c", 1e-2),
    ("m", 1e-3),
    ("u", 1e-6),
    ("n", 1e-9),
    ("p", 1e-12),
    ("f", 1e-15),
    ("a", 1e-18),
    ("z", 1e-21),
    ("y", 1e-24),
];

const FORCE: &[(&str, i32)] = &[("g", 1), ("m", 1), ("s", -2)];
const PRESSURE: &[(&str, i32)] = &[("g", 1), ("m", -1), ("s", -2)];
const ENERGY: &[(&str, i32)] = &[("g", 1), ("m", 2), ("s", -2)];
const POWER: &[(&str, i32)] = &[("g", 1), ("m", 2), ("s", -3)];
const VOLT: &[(&str, i32)] = &[("g", 1), ("m", 2), ("s", -2), ("C", -1)];
const VOLUME: &[(&str, i32)] = &[("m", 3)];
const LENGTH: &[(&str, i32)] = &[("m", 1)];
const AREA: &[(&str, i32)] = &[("m", 2)];
const MASS: &[(&str, i32)] = &[("g", 1)];
const TIME: &[(&str, i32)] = &[("s", 1)];
const NONE: &[(&str, i32)] = &[];

/// The units.
pub(super) const ATOMS: [Atom; 62] = [
    atom("m", true, 1.0, LENGTH),
    atom("g", true, 1.0, MASS),
    atom("s", true, 1.0, TIME),
    atom("K", true, 1.0, &[("K", 1)]),
    atom("mol", true, 1.0, &[("mol", 1)]),
    atom("cd", true, 1.0, &[("cd", 1)]),
    atom("C", true, 1.0, &[("C", 1)]),
    atom("L", true, 1e-3, VOLUME),
    atom("l", true, 1e-3, VOLUME),
    atom("t", true, 1e6, MASS),
    atom("min", false, 60.0, TIME),
    atom("h", false, 3600.0, TIME),
    atom("d", false, 86_400.0, TIME),
    atom("wk", false, 604_800.0, TIME),
    atom("mo", false, 2_629_800.0, TIME),
    atom("a", false, 31_557_600.0, TIME),
    atom("Hz", true, 1.0, &[("s", -1)]),
    atom("N", true, 1e3, FORCE),
    atom("Pa", true, 1e3, PRESSURE),
    atom("bar", true, 1e8, PRESSURE),
    atom("m[Hg]", true, 133_322_000.0, PRESSURE),
    atom("m[H2O]", true, 9_806_650.0, PRESSURE),
    atom("J", true, 1e3, ENERGY),
    atom("cal", true, 4184.0, ENERGY),
    atom("[Cal]", false, 4_184_000.0, ENERGY),
    atom("W", true, 1e3, POWER),
    atom("V", true, 1e3, VOLT),
    atom("A", true, 1.0, &[("C", 1), ("s", -1)]),
    atom("kat", true, 1.0, &[("mol", 1), ("s", -1)]),
    atom("U", true, 1e-6 / 60.0, &[("mol", 1), ("s", -1)]),
    atom("lm", true, 1.0, &[("cd", 1)]),
    atom("lx", true, 1.0, &[("cd", 1), ("m", -2)]),
    atom("[in_i]", false, 0.0254, LENGTH),
    atom("[ft_i]", false, 0.3048, LENGTH),
    atom("[yd_i]", false, 0.9144, LENGTH),
    atom("[mi_i]", false, 1609.344, LENGTH),
    atom("[sft_i]", false, 0.092_903_04, AREA),
    atom("[lb_av]", false, 453.592_37, MASS),
    atom("[oz_av]", false, 28.349_523_125, MASS),
    atom("[stone_av]", false, 6_350.293_18, MASS),
    atom("[foz_us]", false, 2.957_352_956_25e-5, VOLUME),
    atom("[pt_us]", false, 4.731_764_73e-4, VOLUME),
    atom("[cup_us]", false, 2.365_882_365e-4, VOLUME),
    atom("deg", false, 1.0, &[("deg", 1)]),
    atom("%", false, 1e-2, NONE),
    atom("[ppth]", false, 1e-3, NONE),
    atom("[ppm]", false, 1e-6, NONE),
    atom("[ppb]", false, 1e-9, NONE),
    // Arbitrary units: comparable with themselves only.
    atom("eq", true, 1.0, &[("eq", 1)]),
    atom("osm", true, 1.0, &[("osm", 1)]),
    atom("[IU]", true, 1.0, &[("[IU]", 1)]),
    atom("[iU]", true, 1.0, &[("[IU]", 1)]),
    atom("[arb'U]", false, 1.0, &[("[arb'U]", 1)]),
    atom("[APL'U]", false, 1.0, &[("[APL'U]", 1)]),
    atom("[GPL'U]", false, 1.0, &[("[GPL'U]", 1)]),
    atom("[MPL'U]", false, 1.0, &[("[MPL'U]", 1)]),
    atom("[CFU]", false, 1.0, &[("[CFU]", 1)]),
    atom("[pH]", false, 1.0, &[("[pH]", 1)]),
    atom("[HPF]", false, 1.0, &[("[HPF]", 1)]),
    atom("[LPF]", false, 1.0, &[("[LPF]", 1)]),
    atom("[MET]", false, 1.0, &[("[MET]", 1)]),
    atom("B[SPL]", true, 1.0, &[("B[SPL]", 1)]),
];

/// Zero of a scale of temperature, in kelvin.
pub(super) fn zero(code: &str) -> Option<f64> {
    match code {
        "Cel" => Some(273.15),
        "[degF]" => Some(459.67 * 5.0 / 9.0),
        _ => None,
    }
}

/// Annotations that only say what is counted.
pub(super) const PLAIN_ANNOTATIONS: [&str; 16] = [
    "beat",
    "beats",
    "breath",
    "breaths",
    "cell",
    "cells",
    "count",
    "counts",
    "step",
    "steps",
    "#",
    "RBC",
    "WBC",
    "respirations",
    "event",
    "events",
];
