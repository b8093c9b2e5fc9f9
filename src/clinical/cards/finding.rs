//! What a card rule concluded, and how it becomes a card.

use super::Situation;
use super::background::{also, sources, unknown};
use super::card::{Card, CardCode, OverrideReason};
use super::markdown::{Markdown, shortened};
use super::table::trial_tables;
use super::wording::{Values, Wording, filled, filled_markdown};
use crate::clinical::knowledge::SiteReason;

/// The longest summary, in characters: CDS Hooks wants fewer than 140.
const LONGEST_SUMMARY: usize = 139;

/// What a card rule concluded.
#[derive(Debug)]
pub(super) struct Finding {
    /// Which variant of the card, where it has any.
    pub(super) variant: Option<&'static str>,
    /// Which text of `card.toml`: the variant, or a shade of it.
    pub(super) text: &'static str,
    /// What fills the names of that text.
    pub(super) values: Values,
    /// Paragraphs and lists of this card alone, before the fold: what a side bar shows at once.
    pub(super) overview: Vec<Block>,
    /// Paragraphs and lists of this card alone, below the fold.
    pub(super) body: Vec<Block>,
    /// The last paragraph before what was not known: what was left out.
    pub(super) end: Option<String>,
    /// What it rests on, without day counters.
    pub(super) ground: Vec<String>,
}

/// A part of the detail, already Markdown.
#[derive(Debug)]
pub(super) enum Block {
    /// A paragraph.
    Paragraph(String),
    /// A list under a heading, which may be empty.
    List(&'static str, Vec<String>),
}

impl Finding {
    /// The card that says it.
    pub(super) fn card(self, code: CardCode, wording: &'static Wording, situation: Situation<'_>) -> Card {
        let text = wording.text(self.text);
        let summary = shortened(&filled(&text.summary, &self.values), LONGEST_SUMMARY);
        let advice = text.advice.iter().map(|template| filled_markdown(template, &self.values));
        let closing = text.closing.as_ref().unwrap_or(&wording.closing);
        let detail = detail(code, advice, [self.overview, self.body], closing, self.end, wording, situation);
        let facts = if code == CardCode::Bipolar { situation.strong_evidence() } else { self.ground.clone() };
        let mut ground = vec![code.word().to_owned(), self.variant.unwrap_or_default().to_owned()];
        ground.extend(self.ground);
        Card {
            code,
            variant: self.variant,
            indicator: text.indicator.into(),
            summary,
            detail,
            title: &wording.title,
            override_reasons: reasons(wording, situation),
            suggestions: Vec::new(),
            links: Vec::new(),
            ground: ground.join("|"),
            facts,
        }
    }
}

/// The reasons of the card, and after them those of the site that are not among them (rules.md 10).
fn reasons(wording: &'static Wording, situation: Situation<'_>) -> Vec<OverrideReason> {
    let mut reasons = wording.override_reasons();
    for SiteReason { system, code, display } in situation.knowledge.site_reasons().iter().copied() {
        if !reasons.iter().any(|known| (known.system, known.code) == (system, code)) {
            reasons.push(OverrideReason { system, code, display });
        }
    }
    reasons
}

/// Before the fold: advice, what this card lists first, the trial table, what else applies. Below it: the other trials, what is special
/// to the card, what was left out, what was not known, sources.
fn detail(
    code: CardCode,
    advice: impl Iterator<Item = String>,
    [overview, body]: [Vec<Block>; 2],
    closing: &[String],
    end: Option<String>,
    wording: &Wording,
    situation: Situation<'_>,
) -> String {
    let mut markdown = Markdown::default();
    let tables = trial_tables(situation);
    let (also, more) = also(code, situation);
    advice.for_each(|paragraph| markdown.paragraph(paragraph));
    // what bears on the trials is asked before the options; elsewhere it stands below the trials
    let asked_first = matches!(code, CardCode::CompleteTrial | CardCode::NextStep);
    if asked_first {
        markdown.list("", &also);
    }
    put(&mut markdown, overview);
    markdown.paragraph(tables.first);
    if !asked_first {
        markdown.list("", &also);
    }
    markdown.paragraph(FOLD);
    markdown.list("What else applies", &more);
    if !tables.others.is_empty() {
        markdown.paragraph("**Other trials**");
        markdown.paragraph(tables.others);
    }
    put(&mut markdown, body);
    closing.iter().for_each(|paragraph| markdown.paragraph(paragraph));
    markdown.paragraph(end.unwrap_or_default());
    markdown.list("Not known", &unknown(situation));
    markdown.paragraph(sources(&wording.sources, situation));
    markdown.text()
}

/// What parts the few lines that a side bar shows at once from the rest.
pub(super) const FOLD: &str = "### Details";

fn put(markdown: &mut Markdown, blocks: Vec<Block>) {
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) => markdown.paragraph(paragraph),
            Block::List(heading, items) => markdown.list(heading, &items),
        }
    }
}
