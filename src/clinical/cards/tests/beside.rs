//! What stands beside the finding: what else applies, what is not known, the facts a card is remembered by.

use super::*;

fn also(code: CardCode, assessment: &Assessment) -> (Vec<String>, Vec<String>) {
    background::also(code, situation(assessment))
}

fn note(id: &'static str) -> Note {
    Note { id, text: format!("text of {id}"), basis: Vec::new() }
}

/// Of one finding this heavy for the bipolar question, and another.
fn open_question(first: IndicatorWeight) -> Assessment {
    let of = |id, weight| BipolarIndicator { id, weight, label: id.to_owned(), basis: vec![SourceRef::new(format!("Condition/{id}"))] };
    let indicators = vec![of("mania", first), of("early-onset", IndicatorWeight::Moderate)];
    let mut assessment = assessment(vec![trial("sertraline", 50.0, 60)]);
    assessment.bipolar = Bipolar { state: BipolarState::Open, indicators, current_mania: None };
    assessment
}

#[test]
fn an_open_bipolar_question_is_pointed_at_by_the_other_cards_alone() {
    let asked = open_question(IndicatorWeight::Moderate);
    let points = |code| also(code, &asked).0.iter().any(|line| line.contains("settle the bipolar question first"));
    assert!(points(CardCode::NextStep) && points(CardCode::Contributors) && !points(CardCode::Bipolar));
}

#[test]
fn what_could_not_be_judged_or_understood_is_not_known_and_other_notes_apply() {
    let mut assessment = assessment(Vec::new());
    assessment.notes = vec![note("not-judged"), note("not-understood"), note("supply-differs")];
    assert_eq!(background::unknown(situation(&assessment)), ["text of not-judged", "text of not-understood"]);
    assert_eq!(also(CardCode::NextStep, &assessment).0, ["Text of supply-differs"]);
}

#[test]
fn one_record_is_not_counted_and_two_are_not_counted() {
    let mut assessment = assessment(Vec::new());
    let unread = |id: &str, why: &str| Unread { source: SourceRef::new(id), why: why.to_owned() };
    assessment.unread = vec![unread("a", "no date"), unread("b", "no code"), unread("c", "no date")];
    assert_eq!(background::unknown(situation(&assessment)), ["1 record not counted: no code", "2 records not counted: no date"]);
}

#[test]
fn one_line_too_many_is_told_as_well_and_two_are_counted() {
    let more = |count: usize| {
        let mut assessment = assessment(Vec::new());
        assessment.notes = (0..count).map(|number| Note { text: format!("text {number}"), ..note("supply-differs") }).collect();
        also(CardCode::NextStep, &assessment).1
    };
    // three stand before the fold, six of the others below it
    let last = |count| more(count).last().cloned().unwrap_or_default();
    assert_eq!((more(9).len(), last(9).as_str()), (6, "Text 8"));
    assert_eq!((more(10).len(), last(10).as_str()), (7, "Text 9"), "its own line says as much as that there is one");
    assert_eq!((more(11).len(), last(11).as_str()), (7, "and 2 more in the assessment"));
    assert_eq!((more(20).len(), last(20).as_str()), (7, "and 11 more in the assessment"));
}

#[test]
fn the_bipolar_card_is_remembered_by_its_strong_findings_and_another_by_its_ground() {
    let strong = cards(situation(&open_question(IndicatorWeight::Strong))).remove(0);
    assert_eq!((strong.code, strong.facts), (CardCode::Bipolar, vec!["mania Condition/mania".to_owned()]));
    let moderate = cards(situation(&open_question(IndicatorWeight::Moderate)));
    assert_eq!((moderate[0].code, moderate[0].facts.clone()), (CardCode::Bipolar, Vec::new()));
    assert_eq!(moderate[1].code, CardCode::NextStep);
    assert!(moderate[1].facts.contains(&"sertraline".to_owned()), "{:?}", moderate[1].facts);
}
