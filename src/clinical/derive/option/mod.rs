//! The next steps there are for this patient: every row of the option table, with what of this chart speaks against it, and how it
//! is done (rules.md 9.3, 10).
//!
//! Order within a kind: what is left out last; before it what an overdose makes dangerous; then what was not tried, then the
//! guideline line, then the table.

mod contraindication;
mod history;
mod room;
mod standing;

pub use room::{DoseLimits, DoseRoom, dose_limits, dose_room, dose_text};
pub use standing::Standing;

use contraindication::{Limits, Weighed};
use history::History;

use super::ground::Ground;
use super::interaction::{Interactions, Scene, Severity};
use super::monitoring;
use super::pregnancy::Pregnancy;
use super::state::Circumstances;
use super::symptom::Hint;
use super::{StepKind, TreatmentOption, Verdict};
use crate::clinical::knowledge::{Offer, Offered, OptionKind, OptionRow, Whom};
use crate::clinical::units::{Ingredient, SourceRef};

/// The options, by kind; none for a patient who is not in scope.
pub fn options(ground: &Ground<'_>, standing: &Standing<'_>) -> Vec<TreatmentOption> {
    if !standing.in_scope {
        return Vec::new();
    }
    let (scene, limits) = (Scene::new(ground), Limits::new(ground, standing.circumstances));
    let rows = ground.knowledge.options().iter().filter(|row| row.offer == Offer::Option);
    let mut ranked: Vec<(Rank, TreatmentOption)> = rows
        .flat_map(|row| row.offered.iter().map(move |offered| Candidate { row, offered: *offered }))
        .map(|candidate| candidate.option(ground, standing, &scene, &limits))
        .chain(room::optimise(ground, standing, &limits).map(|option| (Rank::default(), option)))
        .chain([(Rank::default(), standing::referral(ground, standing))])
        .collect();
    // an option is large: the keys are sorted, then each is moved once
    ranked.sort_by_cached_key(|(rank, option)| (option.kind, option.verdict == Verdict::LeftOut, *rank));
    ranked.into_iter().map(|(_, option)| option).collect()
}

/// The order within a kind, of those that are not left out (rules.md 10).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    last: bool,
    tried: bool,
    line: u8,
    hint: Leaning,
}

/// What symptoms say of an option: the last tie-break within a guideline line (rules.md 12). One hint against outweighs those for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Leaning {
    For,
    #[default]
    None,
    Against,
}

fn leaning(hints: &[&Hint]) -> Leaning {
    if hints.iter().any(|hint| !hint.favours) {
        Leaning::Against
    } else if hints.is_empty() {
        Leaning::None
    } else {
        Leaning::For
    }
}

/// One option of a row that is not judged yet.
struct Candidate<'a> {
    row: &'a OptionRow,
    offered: Offered,
}

const fn step_kind(kind: OptionKind) -> StepKind {
    match kind {
        OptionKind::Augmentation | OptionKind::Combination => StepKind::Augment,
        OptionKind::Switch | OptionKind::SwitchOrRapidOral => StepKind::Switch,
        OptionKind::RapidActing => StepKind::RapidActing,
        OptionKind::Neurostimulation => StepKind::Neurostimulation,
        // a row of kind `never` is never offered; it has no place in the lists
        OptionKind::Psychotherapy | OptionKind::Never => StepKind::Psychotherapy,
    }
}

impl Candidate<'_> {
    fn option(self, ground: &Ground<'_>, standing: &Standing<'_>, scene: &Scene<'_>, limits: &Limits<'_>) -> (Rank, TreatmentOption) {
        let Candidate { row, offered: Offered { id, name, drug } } = self;
        let kind = step_kind(row.kind);
        let mut against = standing.not_yet(row, kind);
        let mut weighed = limits.weighed(Some(row), drug);
        let history = History::of(ground, row, drug, kind);
        against.append(&mut weighed.removed);
        against.extend(history.against);
        let country = ground.parameters().country;
        if !row.is_available(drug, country) {
            against.push(Reasoned::plain(format!("not available in {country}")));
        }
        let hints: Vec<&Hint> = standing.hints.iter().filter(|hint| Some(hint.drug) == drug).collect();
        let rank = Rank { last: weighed.last, tried: !history.told.is_empty(), line: row.guideline_line, hint: leaning(&hints) };
        if let Some(drug) = drug {
            weigh_interactions((ground, scene), drug, kind, &mut against, &mut weighed);
        }
        weighed.lines.extend(hints.iter().map(|hint| Reasoned { text: hint.reason.clone(), basis: hint.basis.clone() }));
        let (verdict, reasons) = judged(against, weighed, history.told);
        let mut option = bare(id, name, kind, verdict, reasons);
        option.monitoring = monitoring(row, ground, standing.circumstances);
        option.row = Some(row.id);
        option.drug = drug;
        if verdict != Verdict::LeftOut {
            conduct(&mut option, row, drug, ground);
        }
        (rank, option)
    }
}

/// What the interactions of rules.md 9.1 and 9.2 say with the option in the place of one of the two (rules.md 9.3). A switch thinks the
/// current drug away, but for the free days that it needs; an addition does not.
fn weigh_interactions(
    (ground, scene): (&Ground<'_>, &Scene<'_>),
    drug: Ingredient,
    kind: StepKind,
    against: &mut Vec<Reasoned>,
    weighed: &mut Weighed,
) {
    let without = (kind == StepKind::Switch).then(|| ground.current_trial().map(|trial| trial.drug)).flatten();
    let Interactions { found, mut lines, not_checked } = scene.interactions_of(drug, without);
    // a dose that is too high beside the other drug says more than how to begin the two
    lines.retain(|line| {
        !found.iter().any(|info| info.severity == Severity::Info && line.drugs.iter().all(|drug| info.drugs.contains(drug)))
    });
    // what the drug alone meets, a diagnosis or a result, stands in the limits of the options
    let others = |drugs: &[String]| drugs.iter().filter(|other| *other != drug.name()).cloned().collect::<Vec<_>>().join(", ");
    for found in found.into_iter().filter(|found| !others(&found.drugs).is_empty()) {
        let reason = Reasoned { text: format!("with {}: {}", others(&found.drugs), as_option(&found.reason, drug)), basis: found.basis };
        match found.severity {
            _ if found.contraindicated => against.push(reason),
            Severity::Critical => against.push(reason),
            Severity::Warning => weighed.cautions.push(reason),
            Severity::Info => weighed.lines.push(reason),
        }
    }
    // what a limit of the options says already ("beside aspirin: bleeding risk") is said once
    let is_said = |other: &str, text: &str| weighed.lines.iter().any(|known| known.text == format!("beside {other}: {text}"));
    let paired = lines.into_iter().filter(|line| !others(&line.drugs).is_empty());
    let unsaid: Vec<_> = paired.filter(|line| !is_said(&others(&line.drugs), &line.text)).collect();
    weighed.lines.extend(
        unsaid.into_iter().map(|line| Reasoned { text: format!("with {}: {}", others(&line.drugs), line.text), basis: line.basis }),
    );
    let untested = not_checked.into_iter().filter(|row| !others(&row.drugs).is_empty());
    weighed.untested.extend(untested.map(|row| Reasoned::plain(format!("not checked: {} (with {})", row.what, others(&row.drugs)))));
}

/// What a row says of two drugs, of which one is thought of as an option: that it is one need not be said, nor since when the other is taken.
fn as_option(reason: &str, drug: Ingredient) -> String {
    let thought_of = format!("{drug} as an option");
    let parts = reason.split("; ").filter_map(|part| {
        let told: Vec<&str> = part.split(", ").filter(|told| *told != thought_of).collect();
        let since = |told: &&str| ["supplied", "ordered", "taken"].iter().any(|word| told.contains(&format!(" {word} since ")));
        (!told.iter().all(since)).then(|| told.join(", "))
    });
    parts.collect::<Vec<String>>().join("; ")
}

/// One reason, with the records it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reasoned {
    text: String,
    basis: Vec<SourceRef>,
}

impl Reasoned {
    fn plain(text: impl Into<String>) -> Reasoned {
        Reasoned { text: text.into(), basis: Vec::new() }
    }
}

/// The verdict with the reasons that make it: what removes an option stands alone, but for what is on record of it.
fn judged(against: Vec<Reasoned>, weighed: Weighed, told: Vec<Reasoned>) -> (Verdict, Vec<Reasoned>) {
    let (verdict, mut reasons) = match (against.is_empty(), weighed.cautions.is_empty() && weighed.untested.is_empty()) {
        (false, _) => (Verdict::LeftOut, against),
        (true, false) => (Verdict::Caution, [weighed.cautions, weighed.untested, weighed.lines].concat()),
        (true, true) => (Verdict::Suitable, weighed.lines),
    };
    reasons.extend(told);
    (verdict, reasons)
}

/// An option of which nothing is said yet but why.
fn bare(id: &'static str, name: &'static str, kind: StepKind, verdict: Verdict, reasons: Vec<Reasoned>) -> TreatmentOption {
    let mut basis: Vec<SourceRef> = reasons.iter().flat_map(|reason| reason.basis.iter().cloned()).collect();
    basis.sort();
    basis.dedup();
    let mut texts: Vec<String> = Vec::new();
    for reason in reasons {
        if !texts.contains(&reason.text) {
            texts.push(reason.text);
        }
    }
    TreatmentOption {
        id,
        name,
        kind,
        verdict,
        reasons: texts,
        basis,
        monitoring: Vec::new(),
        start: None,
        titration: None,
        change_over: None,
        talk: None,
        label: None,
        evidence: None,
        guideline: None,
        overdose: None,
        row: None,
        drug: None,
    }
}

/// How the option is done, from the tables (rules.md 10).
fn conduct(option: &mut TreatmentOption, row: &OptionRow, drug: Option<Ingredient>, ground: &Ground<'_>) {
    let country = ground.parameters().country;
    let present = ground.current_trial().and_then(|trial| ground.knowledge.antidepressant(trial.drug));
    let filled = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    option.start = row.start(drug);
    option.titration = row.titration(drug);
    option.change_over = row.change_over(present);
    option.talk = row.talk;
    option.evidence = filled(row.evidence);
    option.guideline = filled(row.guideline);
    option.overdose = filled(row.overdose_note);
    option.label = match row.label(country) {
        Some(label) => Some(label.to_owned()),
        None if row.kind == OptionKind::Psychotherapy => None,
        None => Some(format!("label in {country}: not checked here")),
    };
}

/// What to measure and when; what is for others alone is left out.
fn monitoring(row: &OptionRow, ground: &Ground<'_>, circumstances: &Circumstances) -> Vec<&'static str> {
    let is_for_others = |whom: Whom| match whom {
        Whom::Everyone => false,
        Whom::Pregnancy => circumstances.pregnancy == Pregnancy::NotAsked,
        Whom::Row(id) => ground.knowledge.monitoring().iter().any(|row| row.id == id && monitoring::is_for_others(row, ground)),
    };
    row.watches.iter().filter(|watch| !is_for_others(watch.whom)).map(|watch| watch.text).collect()
}

#[cfg(test)]
mod tests;
