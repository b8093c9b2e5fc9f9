//! Two antidepressants at once: cross-taper, combination, duplication (rules.md 3.5).

use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{Days, DrugGroup};

use super::exposure::Exposure;
use super::spell::Spell;
use super::{Adequacy, Marker};

/// The markers that each spell gets from the spells beside it.
pub fn markers(spells: &[Spell<'_>], adequacy: &[Adequacy], knowledge: &Knowledge) -> Vec<Vec<Marker>> {
    let mut markers = vec![Vec::new(); spells.len()];
    for (second, spell) in spells.iter().enumerate().filter(|(_, spell)| spell.counts()) {
        for (first, other) in spells.iter().enumerate().take(second).filter(|(_, other)| other.counts()) {
            if other.ingredient == spell.ingredient {
                continue;
            }
            // Of two that start together the one not yet adequate is the second (rules.md 17).
            let swapped = other.start == spell.start && adequacy[first] != Adequacy::Adequate && adequacy[second] == Adequacy::Adequate;
            let (earlier, later) = if swapped { (second, first) } else { (first, second) };
            mark(&mut markers, (earlier, later), spells, knowledge);
        }
    }
    markers
}

fn mark(markers: &mut [Vec<Marker>], (earlier, later): (usize, usize), spells: &[Spell<'_>], knowledge: &Knowledge) {
    let longest_taper = knowledge.parameters().cross_taper_max_days;
    let (a, b) = (&spells[earlier], &spells[later]);
    let together = common_days(&a.exposures, &b.exposures, |_| true);
    let both_at_dose = common_days(&a.exposures, &b.exposures, |exposure| exposure.at_dose() == Some(true));
    let reuptake = |spell: &Spell<'_>| knowledge.in_group(spell.ingredient, DrugGroup::SerotoninReuptakeInhibitor);
    if both_at_dose > longest_taper && reuptake(a) && reuptake(b) {
        markers[later].push(Marker::Duplication);
    } else if both_at_dose > longest_taper {
        markers[earlier].push(Marker::Combination);
        markers[later].push(Marker::Combination);
    } else if (1..=longest_taper).contains(&together) {
        markers[earlier].push(Marker::CrossTaper);
        markers[later].push(Marker::CrossTaper);
    }
}

/// The days that both cover.
pub fn common_days(a: &[Exposure<'_>], b: &[Exposure<'_>], counts: impl Fn(&Exposure<'_>) -> bool) -> Days {
    let mut days = 0;
    let mut next = 0;
    for exposure in a.iter().filter(|exposure| counts(exposure)) {
        while b.get(next).is_some_and(|other| other.span.last < exposure.span.first) {
            next += 1;
        }
        let beside = b.iter().skip(next).take_while(|other| other.span.first <= exposure.span.last);
        days += beside
            .filter(|other| counts(other))
            .filter_map(|other| exposure.span.intersection(other.span))
            .map(|span| span.days())
            .sum::<Days>();
    }
    days
}
