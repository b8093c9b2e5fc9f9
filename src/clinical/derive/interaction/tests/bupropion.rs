use super::*;

// rule 9.2/bupropion-dose: speaks
// rule 9.2/bupropion-dose: silent
#[test]
fn bupropion_is_summed_over_every_product_that_covers_the_day() {
    let dose = |medications| of_row(&judged(medications), "bupropion-dose");
    assert_eq!((dose(vec![now("bupropion", 450.0)]), dose(vec![now("bupropion", 451.0)])), (vec![], vec![Severity::Critical]));
    assert_eq!(dose(vec![now("bupropion", 300.0), smoking_cessation(150.0)]), []);
    assert_eq!(dose(vec![now("bupropion", 300.0), smoking_cessation(151.0)]), [Severity::Critical]);
    assert_eq!(
        dose(vec![smoking_cessation(300.0), naltrexone_bupropion(2.0)]),
        [Severity::Critical],
        "300 + 180, neither replaces the other"
    );
    assert_eq!(dose(vec![now("bupropion", 300.0), now("dextromethorphan-bupropion", 2.0)]), [Severity::Critical], "300 + 210");
    assert_eq!(dose(vec![now("bupropion", 150.0), now("dextromethorphan-bupropion", 2.0)]), []);
    assert_eq!(dose(vec![ended("bupropion", 300.0, 1), smoking_cessation(300.0)]), [], "only what covers the day");
    let draft = judged_with(vec![smoking_cessation(300.0)], |record| record.drafts = vec![ordered("draft", "bupropion", 300.0, TODAY)]);
    assert_eq!(of_row(&draft, "bupropion-dose"), [Severity::Critical]);
    assert!(draft.interactions.iter().all(|found| found.draft));
}

// rule 9.2/dextromethorphan-bupropion-twice: speaks
// rule 9.2/dextromethorphan-bupropion-twice: silent
#[test]
fn the_combination_with_bupropion_never_goes_beside_bupropion() {
    let id = "dextromethorphan-bupropion-with-bupropion";
    assert_eq!(of_row(&judged(vec![now("bupropion", 150.0), now("dextromethorphan-bupropion", 1.0)]), id), [Severity::Warning]);
    assert_eq!(of_row(&judged(vec![now("dextromethorphan-bupropion", 1.0)]), id), []);
}

// rule 9.2/bupropion-sr: speaks
// rule 9.2/bupropion-sr: silent
#[test]
fn the_sustained_release_form_is_a_line_above_400_mg() {
    let with = |mg, label: &str| {
        let mut record = now("bupropion", mg);
        record.medicine.label = label.to_owned();
        lines(&judged(vec![record]))
    };
    let sr = "12 HR bupropion hydrochloride 200 MG Extended Release Oral Tablet";
    assert_eq!((with(401.0, sr), with(400.0, sr)), (vec!["bupropion-dose-sr"], vec![]));
    assert_eq!(with(401.0, "24 HR bupropion hydrochloride 150 MG Extended Release Oral Tablet"), [""; 0]);
}

// rule 9.2/bupropion-conditions: speaks
// rule 9.2/bupropion-conditions: silent
#[test]
fn bupropion_is_contraindicated_with_seizures_an_eating_disorder_and_withdrawal() {
    use crate::clinical::chart::Condition;
    let with = |condition: Condition| judged_with(vec![smoking_cessation(150.0)], |record| record.conditions.push(condition));
    let past = |group| Condition { current: false, ..condition(group) };
    let recorded = |ago: Days| {
        let day = today() - ago;
        Condition { recorded: Some(day), onset: Some(When::on(day)), ..condition(ConditionGroup::SubstanceWithdrawalSedative) }
    };
    let critical = [Severity::Critical];
    assert_eq!(of_row(&with(condition(ConditionGroup::ContraindicationSeizure)), "bupropion-seizure"), critical);
    let history = with(past(ConditionGroup::ContraindicationSeizure));
    assert_eq!((found(&history), lines(&history)), (vec![], vec!["bupropion-seizure-history"]));
    assert_eq!(of_row(&with(past(ConditionGroup::ContraindicationEatingDisorder)), "bupropion-eating-disorder"), critical);
    assert_eq!(found(&with(condition(ConditionGroup::ComorbidityEatingDisorder))), [], "binge eating");
    assert_eq!(of_row(&with(recorded(30)), "bupropion-withdrawal"), critical);
    assert_eq!(of_row(&with(recorded(31)), "bupropion-withdrawal"), []);
    let not_had = judged_with(vec![now("bupropion", 150.0)], |record| record.coverage.set(Kind::Conditions, Extent::None));
    assert_eq!(unchecked(&not_had, "bupropion-seizure"), ["seizure disorder"]);
    let sertraline = judged_with(vec![now("sertraline", 50.0)], |record| {
        record.conditions.push(condition(ConditionGroup::ContraindicationSeizure));
    });
    assert_eq!(found(&sertraline), []);
}

// rule 9.2/bupropion-dose: speaks
// rule 9.2/bupropion-dose: silent
#[test]
fn a_draft_takes_the_place_of_its_own_product_and_adds_to_the_other() {
    let with = |mg| {
        let draft = MedicationRecord { medicine: smoking_cessation(mg).medicine, ..ordered("draft", "bupropion", mg, TODAY) };
        let taken = vec![smoking_cessation(300.0), naltrexone_bupropion(2.0)];
        of_row(&judged_with(taken, |record| record.drafts = vec![draft]), "bupropion-dose")
    };
    assert_eq!((with(270.0), with(271.0)), (vec![], vec![Severity::Critical]), "beside the 180 mg of the combination");
}
