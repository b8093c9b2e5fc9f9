//! The facts that the judgement rests on: dose tables, code sets, scales, options, parameters, each with its source.
//!
//! Raw rows (`data/`) are checked as a whole and become tables; every defect is reported with file and row, all of them at once.
//! The tables live as long as the program: names handed out are `&'static`.

mod antidepressant;
mod care_level;
mod cell;
mod change_over;
mod condition;
mod country;
mod drug;
mod fault;
mod index;
mod interaction;
mod limit;
mod limits;
mod load;
mod meaning;
mod monitoring;
mod observation;
mod option;
mod override_reason;
mod parameter;
mod product;
mod raw;
mod relevance;
mod show;
mod site;
mod staging;
mod steroid;
mod symptom;
mod unverified;
mod watch;
mod words;

pub use antidepressant::{Antidepressant, GeriatricMaximum, TrialUse};
pub use care_level::CareLevel;
pub use country::Country;
pub use drug::{DrugGroups, NameMatch};
pub use interaction::{
    Circumstance, ConditionStatus, DoseCap, DrugCondition, DrugPair, DrugTerm, Grade, InteractionTables, Profile, Selector, Side, Window,
};
pub use limit::{Effect, Limit, Measure, OptionLimit, Period, PregnancyState, Target, Trigger};
pub use load::{Defect, SiteChange, SiteFile};
pub use monitoring::{CardShare, DueDay, MonitoringRow};
pub use observation::Observation;
pub use option::{Offer, Offered, OptionKind, OptionRow, Talk};
pub use override_reason::SiteReason;
pub use parameter::{DoseProfile, Parameters, PdcScope, Percent};
pub use product::Product;
pub use staging::{CodeSeverity, StagingPoints};
pub use symptom::{SymptomRow, WeightSign};
pub use unverified::Unverified;
pub use watch::{Watch, Whom};

use condition::Conditions;
use drug::Drugs;
use index::Index;
use limits::OptionLimits;
use observation::Observations;
use product::ProductMarks;
use raw::Texts;
use relevance::Relevance;
use steroid::Steroids;

use crate::clinical::units::{Code, DailyDose, Days, DrugGroup, GroupSet, Ingredient, Instrument, Meaning, ProductUse, Strength, System};

/// Every table, checked.
pub struct Knowledge {
    version: &'static str,
    sha256: String,
    document: show::Document,
    changes: Vec<SiteChange>,
    parameters: Parameters,
    drugs: Drugs,
    antidepressants: Vec<Antidepressant>,
    products: Index<&'static str, Product>,
    product_marks: ProductMarks,
    options: Vec<OptionRow>,
    option_limits: OptionLimits,
    care_levels: Vec<CareLevel>,
    site_reasons: Vec<SiteReason>,
    monitoring: Vec<MonitoringRow>,
    symptoms: Vec<SymptomRow>,
    conditions: Conditions,
    observations: Observations,
    meanings: meaning::Meanings,
    staging_points: StagingPoints,
    steroids: Steroids,
    interactions: InteractionTables,
    relevance: Relevance,
    unverified: Vec<Unverified>,
}

/// What a drug needs to be an adequate trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// The least daily dose (rules.md 2.1).
    pub minimum: DailyDose,
    /// For how many days at that dose (parameter `adequate_min_days`).
    pub days: Days,
}

impl Knowledge {
    /// The project's own tables, without any change by a site. Loaded once.
    pub fn builtin() -> &'static Knowledge {
        load::builtin()
    }

    /// The tables with a site's own parameters and rows. Reports every defect, not only the first.
    pub fn with_site(site: &SiteFile) -> Result<&'static Knowledge, Vec<Defect>> {
        load::load(&Texts::builtin(), Some(site)).map(|knowledge| &*Box::leak(Box::new(knowledge)))
    }

    /// The version of the knowledge: `2026.11.0`.
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// SHA-256 over the content of every table and the site's changes, in lower-case hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// What the site changed, in words, for every output that shows the version.
    pub fn site_changes(&self) -> &[SiteChange] {
        &self.changes
    }

    /// The rows whose codes nobody checked in a source, by table: matched by text alone.
    pub fn unverified(&self) -> &[Unverified] {
        &self.unverified
    }

    /// All tables as Markdown, with sources and version, for a clinician to read and sign off.
    pub fn to_markdown(&self) -> String {
        self.document.to_markdown(self.version, &self.sha256, &self.changes)
    }

    /// The numbers a site may change.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The product (drug, strength, form) of an RxNorm code of either product table.
    pub fn product(&self, rxcui: &str) -> Option<&Product> {
        self.products.get(rxcui.trim())
    }

    /// What a product may count as by its name, where no product table has its code (rules.md 3.2): the brand of a
    /// smoking-cessation product, bupropion with naltrexone, lithium orotate.
    pub fn product_use_in(&self, ingredient: Ingredient, text: &str) -> ProductUse {
        self.product_marks.of(ingredient, text)
    }

    /// The ingredient of an RxNorm ingredient code, or of an ATC code of five levels.
    pub fn ingredient(&self, code: Code<'_>) -> Option<Ingredient> {
        self.drugs.of_code(code)
    }

    /// The ingredient with exactly this name or brand name, whatever the case; `None` for a brand of two ingredients.
    pub fn ingredient_named(&self, name: &str) -> Option<Ingredient> {
        self.drugs.named(name)
    }

    /// Every drug of the tables, by name.
    #[cfg(test)]
    pub fn ingredients(&self) -> Vec<Ingredient> {
        self.drugs.all()
    }

    /// The ingredients whose names or brand names stand in a text as whole words, whatever the case (rules.md 3.6); the longest
    /// name wins where names overlap ("dextromethorphan-bupropion" is not bupropion), and both parts of a combination that counts as
    /// one drug are that drug (rules.md 3.1). In order of their place in the text.
    pub fn names_in(&self, text: &str) -> Vec<NameMatch> {
        self.drugs.in_text(text)
    }

    /// The RxNorm ingredient code, where there is one.
    pub fn rxnorm(&self, ingredient: Ingredient) -> Option<&'static str> {
        self.drugs.rxnorm(ingredient)
    }

    /// The row of an antidepressant; `None` for every other drug.
    pub fn antidepressant(&self, ingredient: Ingredient) -> Option<&Antidepressant> {
        self.antidepressant_of(self.profile(ingredient))
    }

    /// The same of a drug whose profile is at hand.
    pub fn antidepressant_of(&self, profile: &Profile) -> Option<&Antidepressant> {
        profile.antidepressant.map(|place| &self.antidepressants[place])
    }

    /// What the tables say of a drug beside others.
    pub fn profile(&self, ingredient: Ingredient) -> &Profile {
        self.interactions.profile(ingredient)
    }

    /// Every antidepressant, by name.
    pub fn antidepressants(&self) -> &[Antidepressant] {
        &self.antidepressants
    }

    /// The least dose a day at which an augmenter counts as "at dose" (rules.md 3.5); `None` for a drug that is no augmenter.
    pub fn augmentation_minimum(&self, ingredient: Ingredient) -> Option<DailyDose> {
        self.augmentations(ingredient).find_map(|row| row.augmentation_minimum)
    }

    /// The blood level at which an augmenter counts as "at dose", in the unit of the observation table (lithium, rules.md 3.5).
    pub fn augmentation_level(&self, ingredient: Ingredient) -> Option<f64> {
        self.augmentations(ingredient).find_map(|row| row.augmentation_level)
    }

    /// Whether the drug is an augmenter: a row of the option table of kind augmentation names it.
    pub fn is_augmenter(&self, ingredient: Ingredient) -> bool {
        self.augmentations(ingredient).next().is_some()
    }

    /// Whether the drug belongs to the group.
    pub fn in_group(&self, ingredient: Ingredient, group: DrugGroup) -> bool {
        self.profile(ingredient).groups.has(group)
    }

    /// Whether a code is in an antidepressant or augmenter class, though its drug is not in the tables (ATC N06A, N05A ...).
    pub fn is_relevant_class(&self, code: Code<'_>) -> bool {
        code.system == System::Atc && self.relevance.of_class(code.code)
    }

    /// The groups of all codings of one diagnosis taken together, with the exclusions of rules.md 16 applied: the longest depression
    /// code alone counts (`depression.psychotic` is a flag on top), a bipolar code leaves no depression group, a remission
    /// code leaves the substance-use group.
    pub fn condition_groups<'a>(&self, codes: impl IntoIterator<Item = Code<'a>>) -> GroupSet {
        self.conditions.groups(codes)
    }

    /// The groups that the words of a diagnosis name by rows without a verified code. Only for a diagnosis whose codes name none.
    pub fn condition_groups_in<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> GroupSet {
        self.conditions.groups_in(texts)
    }

    /// What a code of a procedure, a relationship, a reason or an answer says.
    pub fn meaning(&self, code: &str) -> Option<Meaning> {
        self.meanings.of(code)
    }

    /// What a text says of it by the words of rows without a verified code.
    pub fn meanings_in(&self, text: &str) -> impl Iterator<Item = Meaning> {
        self.meanings.in_text(text)
    }

    /// The points of the Maudsley Staging Method (rules.md 6).
    pub fn staging_points(&self) -> &StagingPoints {
        &self.staging_points
    }

    /// The dose of prednisone that a dose of a systemic steroid is as strong as (rules.md 8); `None` for a drug that is no such steroid.
    pub fn as_prednisone(&self, ingredient: Ingredient, dose: DailyDose) -> Option<DailyDose> {
        self.steroids.as_prednisone(ingredient, dose)
    }

    /// Whether the words of a diagnosis that no code table knows look as if it might matter (rules.md 17, last point).
    pub fn looks_relevant(&self, text: &str) -> bool {
        self.relevance.of_text(text)
    }

    /// The row of an observation code; by text for instruments without a verified code.
    pub fn observation(&self, code: Code<'_>) -> Option<&Observation> {
        self.observations.of_code(code)
    }

    /// The row to order a test by: the first of the table with a LOINC code.
    pub fn loinc_of(&self, instrument: Instrument) -> Option<&Observation> {
        self.observations.loinc_of(instrument)
    }

    /// The row of an observation named in a text, for instruments without a verified code (QIDS, HAM-D, MADRS, RMS, STOP-BANG, AIMS).
    pub fn observation_named(&self, text: &str) -> Option<&Observation> {
        self.observations.named(text)
    }

    /// The options of the augmentation table, in the order of the table.
    pub fn options(&self) -> &[OptionRow] {
        &self.options
    }

    /// The monitoring schedule (rules.md 13), in the order of the table.
    pub fn monitoring(&self) -> &[MonitoringRow] {
        &self.monitoring
    }

    /// What symptoms speak for and against (rules.md 12), in the order of the table.
    pub fn symptoms(&self) -> &[SymptomRow] {
        &self.symptoms
    }

    /// The unit in which results of an instrument are held; empty for answers and panels.
    pub fn unit_of(&self, instrument: Instrument) -> &'static str {
        self.observations.unit(instrument)
    }

    /// What drugs do to one another (rules.md 9.1, 9.2).
    pub fn interactions(&self) -> &InteractionTables {
        &self.interactions
    }

    /// What a fixed combination that counts as one drug holds, with how much a unit.
    pub fn contents(&self, drug: Ingredient) -> impl Iterator<Item = (Ingredient, Strength)> {
        self.profile(drug).contents.iter().map(|content| (content.contains, content.strength))
    }

    /// What removes an option or is to be said beside it, in the order of the table.
    pub fn option_limits(&self) -> &[OptionLimit] {
        self.option_limits.all()
    }

    /// Those of them that bear on an option of this row with this drug, or without a row on a rise of this drug, each with its place.
    pub fn limits_on(&self, row: Option<&OptionRow>, drug: Option<Ingredient>) -> impl Iterator<Item = (usize, &OptionLimit)> {
        self.option_limits.on(row, drug)
    }

    /// Who can do what, in order.
    pub fn care_levels(&self) -> &[CareLevel] {
        &self.care_levels
    }

    /// The reasons to set a card aside that the site adds to those of every card (rules.md 10).
    pub fn site_reasons(&self) -> &[SiteReason] {
        &self.site_reasons
    }

    fn augmentations(&self, ingredient: Ingredient) -> impl Iterator<Item = &OptionRow> {
        self.options.iter().filter(move |row| row.kind == OptionKind::Augmentation && row.ingredients.contains(&ingredient))
    }
}
