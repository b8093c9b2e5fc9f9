//! Records of medicines: supplied, administered, stated, ordered.

use serde::Serialize;

use crate::clinical::units::{Day, Days, Form, Ingredient, PackDay, ProductUse, SourceRef, Span, Strength, When};

/// Where a day of taking a drug is known from, the strongest first (rules.md 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// MedicationDispense.
    Dispensed,
    /// MedicationAdministration.
    Administered,
    /// MedicationStatement, or an order of intent plan with `reported[x]` true.
    Stated,
    /// MedicationRequest.
    Ordered,
}

/// One record of one medicine.
///
/// The reader translates; it does not reckon. How many days it covers at which dose follows in `derive::supply`.
#[derive(Debug, Clone, PartialEq)]
pub struct MedicationRecord {
    /// Where it stands.
    pub source: SourceRef,
    /// What kind of record it is.
    pub evidence: Evidence,
    /// Which medicine.
    pub medicine: Medicine,
    /// What its status says.
    pub state: RecordState,
    /// The start of a supply by rules.md 3.1: `whenHandedOver`, else `whenPrepared`; `boundsPeriod.start`, else `authoredOn`, else
    /// `validityPeriod.start`; `effective[x]`. Never a day after today: such records are not in the chart.
    pub start: Option<When>,
    /// The end of taking that the record states: `boundsPeriod.end`, `effectivePeriod.end`. May lie after today. `None` for an
    /// `effectivePeriod` without an end and a statement by `effectiveDateTime`. An order's `validityPeriod.end` is none: it says until
    /// when the order may be dispensed.
    pub end: Option<When>,
    /// When the record was last confirmed: a statement's `dateAsserted`.
    pub asserted: Option<Day>,
    /// `authoredOn` of an order.
    pub authored: Option<Day>,
    /// Days of supply as stated: `daysSupply`, or `expectedSupplyDuration` of one fill; part days dropped. `boundsDuration` if neither is there.
    pub supply_days: Option<Days>,
    /// How many units (tablets, mL, patches) were handed over or are ordered per fill. In mg if `quantity_in_mg`.
    pub quantity: Option<f64>,
    /// Whether `quantity` counts milligrams rather than units of the product.
    pub quantity_in_mg: bool,
    /// Refills that the order allows; 0 for everything else.
    pub refills: u32,
    /// How it is to be taken.
    pub instruction: Instruction,
    /// Why and when it was stopped, where the record says so.
    pub stop: Option<Stop>,
    /// When the resource was last updated.
    pub updated: Option<Day>,
}

/// What the status of a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordState {
    /// Active, in progress.
    Active,
    /// Completed.
    Completed,
    /// Stopped, or cancelled after it began.
    Stopped,
    /// On hold.
    OnHold,
    /// `unknown`: listed, no days.
    Unknown,
}

/// That a record was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// On which day, if the record says.
    pub day: Option<Day>,
    /// Why.
    pub reason: StopReason,
    /// The reason in the record's words: chart text, to be escaped.
    pub label: String,
}

/// Why a medicine was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StopReason {
    /// Side effects, an allergy or an intolerance.
    SideEffect,
    /// It did not work.
    NoEffect,
    /// Pregnancy or a wish for it.
    Pregnancy,
    /// Another reason.
    Other,
    /// No reason given.
    Unstated,
}

/// A medicine as far as it could be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Medicine {
    /// Its ingredients that the tables know; none if it is a medicine the tables have no use for.
    pub components: Vec<Component>,
    /// How it was recognised.
    pub recognition: Recognition,
    /// Its form, where that changes a rule.
    pub form: Form,
    /// What this product may count as.
    pub product_use: ProductUse,
    /// A titration or starter pack, day by day; empty for everything else.
    pub pack: Vec<PackDay>,
    /// What the record calls it: chart text, to be escaped.
    pub label: String,
    /// Set where the display contradicts the code: what the display seems to say.
    pub contradicted_by: Option<String>,
}

impl Medicine {
    /// The drugs that it holds, sorted.
    pub fn parts(&self) -> Vec<Ingredient> {
        let mut parts: Vec<Ingredient> = self.components.iter().map(|component| component.ingredient).collect();
        parts.sort_unstable();
        parts
    }
}

/// One ingredient of a medicine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// Which.
    pub ingredient: Ingredient,
    /// How much of it one unit of the product holds; `None` where the record does not say.
    pub strength: Option<Strength>,
}

/// How a medicine was recognised, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recognition {
    /// By a code of the tables.
    Coded,
    /// By the display of an RxNorm coding whose code the tables do not know (rules.md 3.6).
    Display,
    /// By free text only: `uncoded_drug`, never counted.
    Text,
}

/// How a medicine is to be taken.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Instruction {
    /// One after the other; usually one. Entries to be taken together are already added. Empty where there is no instruction that
    /// could be read, or none at all.
    pub steps: Vec<Step>,
    /// As needed: the dose is unknown (rules.md 3.1).
    pub as_needed: bool,
    /// "In addition to" another supply of the same drug: added, not replaced.
    pub in_addition: bool,
    /// There was an instruction, and it could not be read (a taper, a choice, "as directed", a range in words).
    pub not_understood: bool,
}

/// One step of an instruction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// How much a day.
    pub amount: Amount,
    /// For how many days; the last step without a length lasts as long as the supply does.
    pub length: Option<Days>,
    /// From which day, where the step states its own period.
    pub first: Option<Day>,
    /// To which day, where the step states its own period.
    pub last: Option<Day>,
}

/// How much a day: from the lower to the upper end of a range (equal where there is none).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// Units of the product: tablets, capsules, mL, patches.
    Units {
        /// The least.
        low: f64,
        /// The most (with `frequencyMax`): what a supply is used up by.
        high: f64,
    },
    /// Milligrams of the (only, or leading) ingredient.
    Milligrams {
        /// The least.
        low: f64,
        /// The most.
        high: f64,
    },
    /// Not to be told.
    Unknown,
}

/// A drug that could not be told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unresolved {
    /// Where it stands.
    pub source: SourceRef,
    /// What the record calls it: chart text, to be escaped.
    pub label: String,
    /// The ingredient that its text suggests, if any.
    pub candidate: Option<Ingredient>,
}

/// A statement about adherence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdherenceFact {
    /// Where it stands.
    pub source: SourceRef,
    /// About which drug; `None` for a code such as Z91.14 that names none.
    pub ingredient: Option<Ingredient>,
    /// The days it speaks of: a statement's period, else the day it was recorded.
    pub span: Span,
    /// Whether it says that the drug was not taken as it should be.
    pub non_adherent: bool,
    /// In the record's words: chart text, to be escaped.
    pub label: String,
}
