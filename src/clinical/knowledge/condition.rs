//! Diagnosis codes by group.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use regex_lite::Regex;
use serde::Deserialize;

use super::cell::Cells;
use super::fault::{Defects, Fault, Place};
use super::index::Index;
use super::raw::{Row, parts};
use super::unverified::is_by_text;
use super::words::Words;
use crate::clinical::units::{Code, ConditionGroup, GroupSet, System};

/// A row of the table of diagnoses.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct ConditionRow {
    group: &'static str,
    system: &'static str,
    code: &'static str,
    #[serde(rename = "match")]
    how: &'static str,
    when: &'static str,
    display: &'static str,
    confidence: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Exact,
    Prefix,
    Pattern,
}

/// Whether a row counts by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    /// Only beside another depression code: O99.34- means any mental disorder (rules.md 1.2).
    BesideDepression,
    /// Not beside a code of psychotic depression: the two are one state, coded twice (rules.md 1.4).
    UnlessPsychoticDepression,
}

const WHENS: &[(&str, When)] =
    &[("", When::Always), ("beside-depression", When::BesideDepression), ("unless-psychotic-depression", When::UnlessPsychoticDepression)];

/// The depression groups that exclude each other: one code has one severity or stage of remission (rules.md 16).
const EXCLUSIVE: &[ConditionGroup] = &[
    ConditionGroup::DepressionMddActive,
    ConditionGroup::DepressionMddPartialRemission,
    ConditionGroup::DepressionMddFullRemission,
    ConditionGroup::DepressionUnspecified,
    ConditionGroup::DepressionOther,
    ConditionGroup::DepressionPersistent,
    ConditionGroup::DepressionPeripartum,
    ConditionGroup::DepressionNotMdd,
    ConditionGroup::DepressionSecondary,
];

/// Whether a bipolar code takes the group away: it does every depression group.
fn is_depression(group: ConditionGroup) -> bool {
    EXCLUSIVE.contains(&group) || matches!(group, ConditionGroup::DepressionPsychotic | ConditionGroup::DepressionTrap)
}

/// The groups of the codes, as the table has them.
pub(super) struct Conditions {
    exact: Index<(System, String), Hits>,
    prefixes: Index<String, Hits>,
    patterns: Vec<(Regex, Hits)>,
    /// What the rows without a verified code are called.
    words: Words<ConditionGroup>,
}

/// The groups of one row or of several with the same code.
#[derive(Debug, Clone, Copy, Default)]
struct Hits {
    groups: GroupSet,
    /// Those that count only beside another depression code.
    beside: GroupSet,
    /// Those that yield to a code of psychotic depression.
    yielding: GroupSet,
}

impl Hits {
    fn add(&mut self, group: ConditionGroup, when: When) {
        match when {
            When::Always => self.groups = self.groups.with(group),
            When::BesideDepression => self.beside = self.beside.with(group),
            When::UnlessPsychoticDepression => self.yielding = self.yielding.with(group),
        }
    }
}

impl Conditions {
    pub fn new(rows: &[Row<ConditionRow>], defects: &mut Defects) -> Conditions {
        let mut all = Conditions { exact: Index::default(), prefixes: Index::default(), patterns: Vec::new(), words: Words::new([]) };
        let mut names = Vec::new();
        let mut places: HashMap<(System, String), Vec<(ConditionGroup, Place)>> = HashMap::new();
        for Row { at, cells: row } in rows {
            let mut cells = Cells { at: *at, defects };
            cells.filled("code", row.code);
            let group = cells.word::<ConditionGroup>("group", row.group);
            let systems = [("icd10", System::Icd10), ("snomed", System::Snomed), ("other", System::Other)];
            let system = cells.one_of("system", row.system, &systems);
            let how = cells.one_of("match", row.how, &[("exact", How::Exact), ("prefix", How::Prefix), ("regex", How::Pattern)]);
            let when = cells.one_of("when", row.when, WHENS);
            let (Some(group), Some(system), Some(how), Some(when)) = (group, system, how, when) else { continue };
            let code = if how == How::Pattern { row.code.to_owned() } else { normal(system, row.code) };
            let others = places.entry((system, code.clone())).or_default();
            check_against(others, group, row.code, &mut cells);
            others.push((group, *at));
            if is_by_text(row.confidence) {
                names.extend(parts(row.display).map(|name| (name, group)));
                continue;
            }
            match how {
                How::Exact => all.exact.entry((system, code)).or_default().add(group, when),
                How::Prefix if system == System::Icd10 => all.prefixes.entry(code).or_default().add(group, when),
                How::Prefix => cells.fault(Fault::UnknownWord { column: "match", word: format!("prefix for {}", row.system) }),
                How::Pattern => match Regex::new(row.code) {
                    Ok(pattern) => {
                        let mut hits = Hits::default();
                        hits.add(group, when);
                        all.patterns.push((pattern, hits));
                    }
                    Err(error) => cells.fault(Fault::Pattern(error.to_string())),
                },
            }
        }
        all.words = Words::new(names);
        all
    }

    /// The groups that words name, by rows without a verified code.
    pub fn groups_in<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> GroupSet {
        texts.into_iter().flat_map(|text| self.words.in_text(text)).map(|found| found.value).collect()
    }

    /// The groups of one diagnosis with all its codings.
    ///
    /// Of the depression codes the longest alone counts, reckoned within one terminology: the length of a SNOMED CT code says
    /// nothing. `depression.psychotic` is a flag on top of it, and so is a code that counts only beside another.
    pub fn groups<'a>(&self, codes: impl IntoIterator<Item = Code<'a>>) -> GroupSet {
        let mut groups = GroupSet::EMPTY;
        let (mut beside, mut yielding) = (GroupSet::EMPTY, GroupSet::EMPTY);
        let mut longest: HashMap<System, (usize, GroupSet)> = HashMap::new();
        for code in codes {
            for (length, hits) in self.hits(code) {
                beside = beside.union(hits.beside);
                yielding = yielding.union(hits.yielding);
                let (depression, rest) = divided(hits.groups);
                groups = groups.union(rest);
                if depression.is_empty() {
                    continue;
                }
                match longest.entry(code.system) {
                    Entry::Vacant(entry) => drop(entry.insert((length, depression))),
                    Entry::Occupied(mut entry) if entry.get().0 < length => drop(entry.insert((length, depression))),
                    Entry::Occupied(mut entry) if entry.get().0 == length => entry.get_mut().1 = entry.get().1.union(depression),
                    Entry::Occupied(_) => {}
                }
            }
        }
        groups = longest.values().fold(groups, |groups, (_, depression)| groups.union(*depression));
        if groups.iter().any(is_depression) {
            groups = groups.union(beside);
        }
        if !groups.has(ConditionGroup::DepressionPsychotic) && !yielding.is_empty() {
            // Psychotic depression may stand on another diagnosis: told apart by a flag of its own.
            let flag = if groups.has(ConditionGroup::Psychosis) {
                GroupSet::EMPTY
            } else {
                GroupSet::EMPTY.with(ConditionGroup::PsychosisYieldsToDepression)
            };
            groups = groups.union(yielding).union(flag);
        }
        if groups.has(ConditionGroup::BipolarSpectrum) {
            groups = groups.iter().filter(|group| !is_depression(*group)).collect();
        }
        if groups.has(ConditionGroup::ContributorSubstanceUseExcludeRemission) {
            groups = groups.without(ConditionGroup::ContributorSubstanceUse);
        }
        groups
    }

    /// Every row that a code matches, with the length of the row's code.
    fn hits(&self, code: Code<'_>) -> Vec<(usize, Hits)> {
        let mut hits = Vec::new();
        let system = code.system;
        let normal = normal(system, code.code);
        if system == System::Icd10 && normal.is_ascii() {
            let prefixes = (1..=normal.len()).filter_map(|length| Some((length, *self.prefixes.get(&normal[..length])?)));
            hits.extend(prefixes);
            let dotted = if normal.len() > 3 { format!("{}.{}", &normal[..3], &normal[3..]) } else { normal.clone() };
            let patterns = self.patterns.iter().filter(|(pattern, _)| pattern.is_match(&dotted));
            hits.extend(patterns.map(|(_, groups)| (normal.len(), *groups)));
        }
        let length = normal.len();
        hits.extend(self.exact.get(&(system, normal)).map(|groups| (length, *groups)));
        hits
    }
}

/// The exclusive depression groups of a set, and the rest.
fn divided(groups: GroupSet) -> (GroupSet, GroupSet) {
    groups.iter().fold((GroupSet::EMPTY, GroupSet::EMPTY), |(depression, rest), group| {
        if EXCLUSIVE.contains(&group) { (depression.with(group), rest) } else { (depression, rest.with(group)) }
    })
}

/// A code as it is compared: ICD-10 without its dot, letters in upper case.
fn normal(system: System, code: &str) -> String {
    let mut code = code.trim().to_ascii_uppercase();
    if system == System::Icd10 {
        code.retain(|letter| letter != '.');
    }
    code
}

fn check_against(others: &[(ConditionGroup, Place)], group: ConditionGroup, code: &str, cells: &mut Cells<'_>) {
    for (other, first) in others {
        let exclusive = EXCLUSIVE.contains(&group) && EXCLUSIVE.contains(other);
        let bipolar = |one, two| one == ConditionGroup::BipolarSpectrum && is_depression(two) && two != ConditionGroup::DepressionTrap;
        if *other == group {
            cells.fault(Fault::TwiceInGroup { code: code.to_owned(), group: group.to_string(), first: first.to_string() });
        } else if exclusive || bipolar(group, *other) || bipolar(*other, group) {
            let (first, second) = (other.to_string(), group.to_string());
            cells.fault(Fault::ExclusiveGroups { code: code.to_owned(), first, second });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Knowledge;
    use super::*;
    use ConditionGroup::*;

    fn groups(codes: &[(System, &str)]) -> GroupSet {
        Knowledge::builtin().condition_groups(codes.iter().map(|(system, code)| Code { system: *system, code }))
    }

    fn icd(code: &str) -> GroupSet {
        groups(&[(System::Icd10, code)])
    }

    #[test]
    fn the_dot_and_the_case_of_an_icd_code_do_not_matter() {
        for code in ["F32.A", "F32A", "f32a", " F32.A "] {
            assert!(icd(code).has(DepressionUnspecified), "{code}");
        }
        assert!(icd("F319").has(BipolarSpectrum));
        assert!(icd("F31").has(BipolarSpectrum));
        assert!(icd("").is_empty());
        assert!(icd("Ä").is_empty());
    }

    // rule 7/bipolar-before-depression: speaks
    // rule 7/bipolar-before-depression: silent
    #[test]
    fn a_bipolar_code_leaves_no_depression() {
        let trap = groups(&[(System::Snomed, "67002003")]);
        assert!(trap.has(BipolarSpectrum));
        assert!(!trap.iter().any(is_depression));
        assert!(!groups(&[(System::Icd10, "F33.1"), (System::Icd10, "F31.9")]).iter().any(is_depression));
        assert!(groups(&[(System::Icd10, "F33.1")]).iter().any(is_depression));
    }

    #[test]
    fn psychotic_features_are_a_flag_on_top() {
        let severe = icd("F32.3");
        assert!(severe.has(DepressionMddActive) && severe.has(DepressionPsychotic));
        assert!(groups(&[(System::Snomed, "28475009")]).has(DepressionPsychotic));
    }

    #[test]
    fn the_longest_depression_code_alone_counts() {
        let remission = groups(&[(System::Icd10, "F33.9"), (System::Icd10, "F33.42")]);
        assert!(remission.has(DepressionMddFullRemission) && !remission.has(DepressionMddActive));
    }

    #[test]
    fn of_depression_codes_the_order_does_not_matter_and_two_as_long_both_count() {
        let turned = groups(&[(System::Icd10, "F33.42"), (System::Icd10, "F33.9")]);
        assert!(turned.has(DepressionMddFullRemission) && !turned.has(DepressionMddActive));
        for codes in [["F33.1", "F34.1"], ["F34.1", "F33.1"]] {
            let both = groups(&codes.map(|code| (System::Icd10, code)));
            assert!(both.has(DepressionMddActive) && both.has(DepressionPersistent), "{codes:?}");
        }
    }

    #[test]
    fn codes_of_the_same_family_may_be_no_major_depression() {
        for code in ["F32.81", "F34.81", "F43.21"] {
            assert_eq!(icd(code).iter().filter(|group| is_depression(*group)).collect::<Vec<_>>(), [DepressionNotMdd], "{code}");
        }
    }

    #[test]
    fn substance_use_in_remission_is_no_substance_use() {
        assert!(icd("F10.20").has(ContributorSubstanceUse));
        assert!(!icd("F10.21").has(ContributorSubstanceUse));
    }

    #[test]
    fn a_mental_disorder_in_pregnancy_counts_only_beside_a_depression_code() {
        assert!(!icd("O99.345").has(DepressionPeripartum));
        let both = groups(&[(System::Icd10, "O99.345"), (System::Icd10, "F33.1")]);
        assert!(both.has(DepressionPeripartum) && both.has(DepressionMddActive));
    }

    #[test]
    fn an_unspecified_psychosis_yields_to_psychotic_depression() {
        assert!(icd("F29").has(Psychosis));
        assert!(!groups(&[(System::Icd10, "F29"), (System::Icd10, "F32.3")]).has(Psychosis));
        assert!(groups(&[(System::Icd10, "F20.9"), (System::Icd10, "F32.3")]).has(Psychosis));
        assert!(icd("F29").has(PsychosisYieldsToDepression) && !icd("F20.9").has(PsychosisYieldsToDepression));
        let both = groups(&[(System::Icd10, "F20.9"), (System::Icd10, "F29")]);
        assert!(both.has(Psychosis) && !both.has(PsychosisYieldsToDepression));
    }

    #[test]
    fn the_codes_below_a_snomed_root_are_in_its_group() {
        assert!(groups(&[(System::Snomed, "832007")]).has(DepressionMddActive));
        assert!(groups(&[(System::Snomed, "370143000")]).has(DepressionMddActive));
        assert!(groups(&[(System::Snomed, "2506003")]).has(DepressionPersistent));
    }

    #[test]
    fn epilepsy_is_another_indication_in_either_system() {
        for code in [(System::Icd10, "G40.909"), (System::Snomed, "84757009"), (System::Snomed, "128613002")] {
            assert!(groups(&[code]).has(ConditionGroup::IndicationOtherThanMood), "{code:?}");
        }
        let major_depression = (System::Snomed, "370143000");
        assert!(!groups(&[major_depression]).has(ConditionGroup::IndicationOtherThanMood));
    }

    #[test]
    fn a_pattern_matches_the_dotted_code() {
        assert!(icd("T42.4X2A").has(SuicideAttempt));
        assert!(icd("T424X2A").has(SuicideAttempt));
        assert!(!icd("T42.4X1A").has(SuicideAttempt));
        assert!(icd("W19.XXXA").has(CautionFalls));
    }
}
