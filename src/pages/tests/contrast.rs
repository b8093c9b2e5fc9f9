//! WCAG 2.2 AA, reckoned from the style sheet: 4.5 to 1 for text, 3 to 1 for what a picture is told by.

use std::collections::BTreeMap;

use super::super::STYLE;

/// Each text with each ground that it stands on.
const TEXTS: &[(&str, &[&str])] = &[
    ("ink", &["paper", "panel", "info-tint", "plain-tint", "critical-tint", "at", "below", "unjudged", "band-even", "band-odd"]),
    ("muted", &["paper", "panel", "info-tint", "plain-tint", "critical-tint", "band-even", "band-odd"]),
    ("link", &["paper", "panel"]),
    ("panel", &["link"]),
    ("info", &["info-tint"]),
    ("warning", &["warning-tint"]),
    ("critical", &["critical-tint"]),
    ("good", &["good-tint"]),
    ("today", &["panel"]),
];

/// Each edge, line or mark with the grounds that it has to stand out from.
const SHAPES: &[(&str, &[&str])] = &[
    ("focus", &["paper", "panel"]),
    ("edge", &["panel"]),
    ("info", &["panel", "paper"]),
    ("warning", &["panel"]),
    ("critical", &["panel", "paper"]),
    ("at-edge", &["panel", "at"]),
    ("below-edge", &["panel", "below"]),
    ("unjudged-edge", &["panel", "unjudged"]),
    ("added-edge", &["panel", "added"]),
    ("today", &["panel", "band-even", "band-odd"]),
    ("curve", &["band-even", "band-odd"]),
    ("ink", &["panel", "at", "below"]),
];

/// The colours of each scheme, by name.
fn schemes() -> [(&'static str, BTreeMap<&'static str, &'static str>); 2] {
    let blocks: Vec<&str> = STYLE.split(":root {").skip(1).map(|rest| rest.split_once('}').expect("a closed block").0).collect();
    let colours = |block: &'static str| -> BTreeMap<&str, &str> {
        let lines = block.lines().filter_map(|line| line.trim().strip_prefix("--"));
        lines.map(|line| line.trim_end_matches(';').split_once(": ").expect("a name and a colour")).collect()
    };
    let [light, dark] = blocks[..] else { panic!("{} blocks of colours", blocks.len()) };
    [("light", colours(light)), ("dark", colours(dark))]
}

/// WCAG 2.2, relative luminance.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("#rrggbb")) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn too_low(pairs: &[(&str, &[&str])], least: f64) -> Vec<String> {
    let mut low = Vec::new();
    for (scheme, colours) in schemes() {
        for (front, grounds) in pairs {
            for ground in *grounds {
                let found = contrast(colours[front], colours[ground]);
                if found < least {
                    low.push(format!("{scheme}: {front} on {ground}: {found:.2}"));
                }
            }
        }
    }
    low
}

#[test]
fn contrast_is_reckoned_as_wcag_has_it() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    assert!((contrast("#777777", "#ffffff") - 4.478).abs() < 1e-3);
}

#[test]
fn text_can_be_read_in_either_scheme() {
    assert_eq!(too_low(TEXTS, 4.5), Vec::<String>::new());
}

#[test]
fn what_a_picture_is_told_by_stands_out_in_either_scheme() {
    assert_eq!(too_low(SHAPES, 3.0), Vec::<String>::new());
}

#[test]
fn both_schemes_have_the_same_names_and_no_colour_stands_elsewhere() {
    let [(_, light), (_, dark)] = schemes();
    assert!(light.keys().eq(dark.keys()));
    let colour = |line: &str| line.contains('#') && line.contains(':') && !line.trim_start().starts_with("--");
    let elsewhere: Vec<&str> = STYLE.lines().filter(|line| colour(line)).collect();
    let allowed = |line: &&str| line.contains("url(#") || line.starts_with('#');
    assert!(elsewhere.iter().all(allowed), "{elsewhere:?}");
    let checked: Vec<&str> = TEXTS.iter().chain(SHAPES).flat_map(|(front, grounds)| grounds.iter().chain([front])).copied().collect();
    let unchecked: Vec<&&str> = light.keys().filter(|name| !checked.contains(name) && **name != "line").collect();
    assert!(unchecked.is_empty(), "{unchecked:?}: `line` alone, which parts what words part too, needs no contrast");
}
