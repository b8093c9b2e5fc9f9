use super::*;
use crate::clinical::chart::Amount;

// rule 9/draft: speaks
// rule 9/draft: silent
#[test]
fn a_draft_is_judged_as_if_taken_from_today() {
    let with_draft = |medications, name, mg| judged_with(medications, |record| record.drafts = vec![ordered("draft", name, mg, TODAY)]);
    let listed = with_draft(vec![now("phenelzine", 45.0)], "sertraline", 50.0);
    assert_eq!(found(&listed), [("maoi-to-antidepressant", Severity::Critical)]);
    assert!(listed.interactions[0].draft);
    assert!(!judged(vec![now("phenelzine", 45.0), now("sertraline", 50.0)]).interactions[0].draft, "nothing is being ordered");
    assert_eq!(
        listed.interactions[0].reason,
        "sertraline ordered now, phenelzine on the list until 2026-03-31: confirm that it is stopped; 14 free days needed"
    );
    assert_eq!(found(&with_draft(vec![ended("phenelzine", 45.0, 14)], "sertraline", 50.0)).len(), 1);
    assert_eq!(found(&with_draft(vec![ended("phenelzine", 45.0, 15)], "sertraline", 50.0)), []);
    assert_eq!(found(&with_draft(vec![ended("fluoxetine", 20.0, 20)], "phenelzine", 45.0)), [("fluoxetine-to-maoi", Severity::Critical)]);
    assert_eq!(listed.trials.iter().filter(|trial| trial.drug.name() == "sertraline").count(), 0, "a draft is no exposure");
    let two = judged_with(Vec::new(), |record| {
        record.drafts = vec![ordered("1", "phenelzine", 45.0, TODAY), ordered("2", "sertraline", 50.0, TODAY)];
    });
    assert_eq!(two.interactions.len(), 1);
}

// rule 9/draft-dose: speaks
// rule 9/draft-dose: silent
#[test]
fn a_draft_replaces_the_dose_of_its_drug() {
    let raised =
        |mg| found(&judged_with(vec![now("citalopram", 20.0)], |record| record.drafts = vec![ordered("draft", "citalopram", mg, TODAY)]));
    assert_eq!(raised(40.0), []);
    assert_eq!(raised(60.0), [("citalopram-dose", Severity::Warning)]);
    let since = |raised: bool| {
        let draft = |record: &mut Chart| record.drafts.extend(raised.then(|| ordered("draft", "citalopram", 70.0, TODAY)));
        judged_with(vec![now("citalopram", 60.0)], draft).interactions[0].since
    };
    assert_eq!((since(true), since(false)), (Some(today()), Some(day("2026-01-01"))), "a new dose is a new fact");
    let added = judged_with(vec![now("citalopram", 40.0)], |record| {
        let mut more = ordered("draft", "citalopram", 20.0, TODAY);
        more.instruction.in_addition = true;
        record.drafts = vec![more];
    });
    assert_eq!(found(&added), [("citalopram-dose", Severity::Warning)]);
    let lowered = judged_with(vec![now("citalopram", 60.0)], |record| record.drafts = vec![ordered("draft", "citalopram", 40.0, TODAY)]);
    assert_eq!(found(&lowered), []);
}

// rule 9/draft-dose: speaks
// rule 9/draft-dose: silent
#[test]
fn a_draft_that_rises_step_by_step_counts_with_its_highest_dose() {
    let drafted = |draft| judged_with(Vec::new(), |record| record.drafts = vec![draft]);
    assert_eq!(found(&drafted(rising("draft", "bupropion", 300.0, TODAY))), [("bupropion-dose", Severity::Critical)]);
    assert_eq!(found(&drafted(rising("draft", "bupropion", 150.0, TODAY))), []);
    let mut unread = rising("draft", "citalopram", 20.0, TODAY);
    unread.instruction.steps[1].amount = Amount::Unknown;
    let unread = drafted(unread);
    assert_eq!((found(&unread), unchecked(&unread, "citalopram-dose")), (vec![], vec!["dose of citalopram".to_owned()]));
}

#[test]
fn the_order_in_which_drafts_are_sent_is_nothing() {
    let judged = |turned: bool| {
        judged_with(vec![now("citalopram", 20.0)], |record| {
            let mut more = ordered("1", "citalopram", 20.0, TODAY);
            more.instruction.in_addition = true;
            let drafts = vec![more, ordered("2", "citalopram", 40.0, TODAY), ordered("3", "methadone", 20.0, TODAY)];
            record.drafts = if turned { drafts.into_iter().rev().collect() } else { drafts };
        })
    };
    let (sent, turned) = (judged(false), judged(true));
    assert_eq!(sent.interactions, turned.interactions);
    assert!(found(&sent).contains(&("citalopram-dose", Severity::Warning)), "40 mg and 20 mg more");
    let pair = sent.interactions.iter().find(|interaction| interaction.id == "qt-without-ecg").expect("two QT drugs");
    assert_eq!(pair.drugs, ["citalopram", "methadone"]);
}

// rule 9.2/two-ordered-together: speaks
// rule 9.2/two-ordered-together: silent
#[test]
fn two_reuptake_inhibitors_ordered_together_for_longer_than_a_change_over_are_told() {
    let lasting = |name: &str, mg: f64, days| {
        let mut draft = ordered(name, name, mg, TODAY);
        draft.instruction.steps[0].length = days;
        draft
    };
    let told =
        |medications, drafts| of_row(&judged_with(medications, |record| record.drafts = drafts), "two-serotonin-reuptake-inhibitors");
    let (sertraline, escitalopram) = (|days| lasting("sertraline", 50.0, days), |days| lasting("escitalopram", 10.0, days));
    assert_eq!(told(Vec::new(), vec![sertraline(None), escitalopram(None)]), [Severity::Warning]);
    assert_eq!(told(vec![now("sertraline", 50.0)], vec![sertraline(None), escitalopram(None)]), [Severity::Warning], "one is a renewal");
    assert_eq!(told(Vec::new(), vec![sertraline(Some(31)), escitalopram(None)]), [Severity::Warning]);
    assert_eq!(told(Vec::new(), vec![sertraline(Some(30)), escitalopram(None)]), [], "a change-over");
    assert_eq!(told(Vec::new(), vec![sertraline(None), lasting("escitalopram", 5.0, None)]), [], "below the minimum");
    assert_eq!(told(vec![now("sertraline", 50.0)], vec![escitalopram(None)]), [], "a switch, as far as anybody knows");
    let later = rising("escitalopram", "escitalopram", 5.0, TODAY);
    assert_eq!(told(Vec::new(), vec![sertraline(Some(38)), later.clone()]), [Severity::Warning], "31 days, from the second week on");
    assert_eq!(told(Vec::new(), vec![sertraline(Some(37)), later]), []);
}
