//! What was found beside the trials: safety, interactions, the bipolar question, contributors, what is due, and what was not had.

use maud::{Markup, html};

use crate::clinical::cards::visible_text;
use crate::clinical::derive::{
    Assessment, BipolarState, Certainty, Contributor, ContributorStatus, ContributorWeight, Extent, IndicatorWeight, SafetyFinding,
    ScopeReason, ScopeStatus, Severity,
};
use crate::clinical::units::SourceRef;

/// A finding: a word for what it is, the fact, and the records it rests on.
struct Found {
    word: &'static str,
    fact: String,
    basis: Vec<SourceRef>,
}

/// The findings, each kind under its heading.
pub(super) fn findings(assessment: &Assessment) -> Markup {
    let had = Had::of(assessment);
    html! {
        section.findings aria-labelledby="findings" {
            h2 #findings { "Findings" }
            div.kinds {
                (list("Safety", &safety(assessment), none(had.observations && had.conditions)))
                (list("Interactions and doses that endanger", &interactions(assessment), none(had.medications && had.conditions)))
                (bipolar(assessment, had))
                (list("What else may keep the depression going", &contributors(assessment), none(had.conditions && had.observations)))
                (list("Monitoring", &monitoring(assessment), due(had)))
                (list("Notes", &notes(assessment), "None."))
                (list("Not had, not read, not checked", &gaps(assessment), "Nothing that is asked for was missing."))
            }
        }
    }
}

/// Which kinds of record were had in full. Only there may "none" be said.
#[derive(Clone, Copy)]
struct Had {
    medications: bool,
    conditions: bool,
    observations: bool,
}

impl Had {
    fn of(assessment: &Assessment) -> Had {
        let coverage = &assessment.coverage;
        let [medications, conditions, observations] =
            [coverage.medications, coverage.conditions, coverage.observations].map(|extent| extent == Extent::Full);
        Had { medications, conditions, observations }
    }
}

const fn none(in_full: bool) -> &'static str {
    if in_full { "None found." } else { "None found in what was had, which is not all." }
}

const fn due(had: Had) -> &'static str {
    if had.medications && had.observations { "Nothing is due." } else { "Nothing due in what was had, which is not all." }
}

fn list(heading: &str, found: &[Found], without: &str) -> Markup {
    html! {
        div.kind {
            h3 { (heading) }
            @if found.is_empty() {
                p.empty { (without) }
            } @else {
                ul { @for one in found { li { (line(one)) } } }
            }
        }
    }
}

fn line(found: &Found) -> Markup {
    let basis: Vec<String> = found.basis.iter().map(|source| visible_text(source.as_str())).collect();
    html! {
        @if !found.word.is_empty() { b.word { (found.word) } ": " }
        (visible_text(&found.fact))
        @if !basis.is_empty() { " " span.basis { "(" (basis.join(", ")) ")" } }
    }
}

fn safety(assessment: &Assessment) -> Vec<Found> {
    let found = |finding: &SafetyFinding| Found { word: "", fact: finding.label.clone(), basis: finding.basis.clone() };
    assessment.safety.iter().map(found).collect()
}

fn interactions(assessment: &Assessment) -> Vec<Found> {
    let word = |severity| match severity {
        Severity::Critical => "critical",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let found = assessment.interactions.iter().map(|found| Found {
        word: word(found.severity),
        fact: format!("{}: {}", found.drugs.join(" with "), found.reason),
        basis: found.basis.clone(),
    });
    found.collect()
}

fn bipolar(assessment: &Assessment, had: Had) -> Markup {
    let state = match assessment.bipolar.state {
        BipolarState::None if !assessment.bipolar.indicators.is_empty() => "Not raised: what follows does not suffice by itself.",
        BipolarState::None if had.medications && had.conditions && had.observations => "Nothing on record raises it.",
        BipolarState::None => "Nothing in what was had raises it, and that is not all.",
        BipolarState::Open => "Open: what follows raises it, and nobody has settled it.",
        BipolarState::Known => "Known: a bipolar disorder is on record.",
        BipolarState::Settled => "Settled: somebody has asked, and excluded it.",
    };
    let word = |weight| match weight {
        IndicatorWeight::Strong => "strong",
        IndicatorWeight::Moderate => "moderate",
    };
    let indicators = assessment.bipolar.indicators.iter();
    let found = indicators.map(|one| Found { word: word(one.weight), fact: one.label.clone(), basis: one.basis.clone() });
    let found: Vec<Found> = found.collect();
    html! {
        div.kind {
            h3 { "The bipolar question" }
            p.state { (state) }
            @if !found.is_empty() { ul { @for one in &found { li { (line(one)) } } } }
        }
    }
}

fn contributors(assessment: &Assessment) -> Vec<Found> {
    assessment.contributors.iter().map(|one| Found { word: standing(one), fact: one.label.clone(), basis: one.basis.clone() }).collect()
}

const fn standing(contributor: &Contributor) -> &'static str {
    match (contributor.status, contributor.treated, contributor.weight) {
        (ContributorStatus::Present, true, _) => "present, treated",
        (ContributorStatus::Present, false, ContributorWeight::TreatFirst) => "present, to be treated first",
        (ContributorStatus::Present, false, ContributorWeight::Alongside) => "present, to be treated alongside",
        (ContributorStatus::Present, false, ContributorWeight::Line) => "present",
        (ContributorStatus::NotChecked, ..) => "not checked",
        (ContributorStatus::Clear, ..) => "clear",
    }
}

fn monitoring(assessment: &Assessment) -> Vec<Found> {
    let due = assessment.monitoring_due.iter().map(|item| Found {
        word: "due",
        fact: format!("{} for {}, since {}", item.item, item.drug, item.due),
        basis: item.basis.clone(),
    });
    let not_known = assessment.monitoring_not_known.iter();
    due.chain(not_known.map(|test| Found {
        word: "not known",
        fact: format!("{} for {}: {}", test.item, test.drug, test.why),
        basis: Vec::new(),
    }))
    .collect()
}

fn notes(assessment: &Assessment) -> Vec<Found> {
    let all = assessment.notes.iter().chain(assessment.trials.iter().flat_map(|trial| &trial.notes));
    let notes = all.map(|note| Found { word: "", fact: note.text.clone(), basis: note.basis.clone() });
    notes.collect()
}

fn gaps(assessment: &Assessment) -> Vec<Found> {
    let gaps = assessment.coverage.gaps.iter().map(|gap| Found { word: "not had", fact: gap.why.clone(), basis: Vec::new() });
    let unread =
        assessment.unread.iter().map(|unread| Found { word: "not read", fact: unread.why.clone(), basis: vec![unread.source.clone()] });
    let not_checked = assessment.interactions_not_checked.iter().map(|row| Found {
        word: "not checked",
        fact: format!("interactions of {}: {}", row.drugs.join(", "), row.what),
        basis: Vec::new(),
    });
    gaps.chain(unread).chain(not_checked).collect()
}

/// Whether the cards are for this patient, in words.
pub(super) fn scope(assessment: &Assessment) -> String {
    let status = match assessment.scope.status {
        ScopeStatus::InScope => "in scope",
        ScopeStatus::OutOfScope => "out of scope",
        ScopeStatus::Undetermined => "scope not determined",
    };
    let reason = |reason: &ScopeReason| match reason {
        ScopeReason::Under18 => "under 18",
        ScopeReason::AgeUnknown => "age not on file",
        ScopeReason::Deceased => "deceased",
        ScopeReason::Hospice => "in hospice care",
        ScopeReason::NoDepression => "no depression on record",
        ScopeReason::KnownBipolar => "known bipolar disorder",
        ScopeReason::PsychoticDisorder => "psychotic disorder",
        ScopeReason::NoRecord => "no record",
    };
    let reasons: Vec<&str> = assessment.scope.reasons.iter().map(reason).collect();
    if reasons.is_empty() { status.to_owned() } else { format!("{status}: {}", reasons.join(", ")) }
}

/// Yes, no, or that it cannot be told.
pub(super) const fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Yes => "yes",
        Certainty::No => "no",
        Certainty::Undetermined => "cannot be told from this record",
    }
}
