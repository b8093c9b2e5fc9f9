use super::*;

// rule 9.2/lithium-sodium: speaks
// rule 9.2/lithium-sodium: silent
#[test]
fn lithium_with_addison_disease_or_sodium_loss_is_a_warning() {
    use crate::clinical::chart::Condition;
    let with = |condition: Condition| found(&judged_with(vec![now("lithium", 600.0)], |record| record.conditions.push(condition)));
    let adrenal = |code: &str| Condition { code: code.to_owned(), ..condition(ConditionGroup::CautionAdrenal) };
    assert_eq!((with(adrenal("E27.1")), with(adrenal("E24.9"))), (vec![("lithium-adrenal", Severity::Warning)], vec![]));
    assert_eq!(with(condition(ConditionGroup::CautionVolumeDepletion)), [("lithium-sodium", Severity::Warning)]);
    assert_eq!(with(Condition { current: false, ..condition(ConditionGroup::CautionVolumeDepletion) }), []);
}

// rule 9.2/antipsychotic-dementia: speaks
// rule 9.2/antipsychotic-dementia: silent
#[test]
fn an_antipsychotic_as_augmentation_is_told_with_current_dementia_or_parkinson_disease() {
    let id = "antipsychotic-with-dementia";
    let with = |group, medications: Vec<MedicationRecord>, current| {
        let push = |record: &mut Chart| record.conditions.push(crate::clinical::chart::Condition { current, ..condition(group) });
        of_row(&judged_with(medications, push), id)
    };
    let added = || vec![now("sertraline", 50.0), begun("aripiprazole", 5.0, 20)];
    for group in [ConditionGroup::Dementia, ConditionGroup::DementiaLewyBody, ConditionGroup::CautionParkinson] {
        assert_eq!(with(group, added(), true), [Severity::Warning], "{group}");
    }
    assert_eq!(with(ConditionGroup::Dementia, added(), false), []);
    assert_eq!(with(ConditionGroup::DementiaMci, added(), true), []);
    assert_eq!(with(ConditionGroup::Dementia, vec![now("aripiprazole", 5.0)], true), [], "no augmentation");
}

// rule 9.2/valproate-pregnancy: speaks
// rule 9.2/valproate-pregnancy: silent
#[test]
fn valproate_in_pregnancy_is_a_warning_and_an_unknown_status_is_not_checked() {
    let id = "valproate-pregnancy";
    let with = |change: &dyn Fn(&mut Chart)| judged_with(vec![now("valproate", 500.0)], change);
    let pregnant = |ago: Days| {
        move |record: &mut Chart| {
            let day = today() - ago;
            let code = crate::clinical::chart::Condition {
                recorded: Some(day),
                onset: Some(When::on(day)),
                ..condition(ConditionGroup::PregnancyCurrent)
            };
            record.conditions.push(code);
        }
    };
    assert_eq!(of_row(&with(&pregnant(280)), id), [Severity::Warning]);
    assert_eq!(of_row(&with(&pregnant(281)), id), []);
    assert_eq!(unchecked(&with(&|_| ()), id), ["pregnancy status"]);
    assert_eq!(unchecked(&with(&|record| record.patient.as_mut().expect("a patient").sex = Some(Sex::Male)), id), [""; 0]);
    assert_eq!(unchecked(&with(&aged(51)), id), [""; 0]);
    let test = |yes, ago: Days| {
        move |record: &mut Chart| {
            record.measurements = vec![Measurement { value: Value::YesNo(yes), ..result(Instrument::PregnancyTest, 0.0, ago) }];
        }
    };
    assert_eq!(of_row(&with(&test(true, 5)), id), [Severity::Warning]);
    let status = |text: &'static str| {
        move |record: &mut Chart| {
            let value = Value::Answer { code: None, text: text.to_owned() };
            record.measurements = vec![Measurement { value, ..result(Instrument::PregnancyStatus, 0.0, 5) }];
        }
    };
    assert_eq!(of_row(&with(&status("Pregnant")), id), [Severity::Warning], "an answer in words");
    assert_eq!(of_row(&with(&status("Not pregnant")), id), []);
    assert_eq!(unchecked(&with(&status("Unknown")), id), ["pregnancy status"]);
    assert_eq!(
        (unchecked(&with(&test(false, 90)), id), unchecked(&with(&test(false, 91)), id)),
        (vec![], vec!["pregnancy status".to_owned()])
    );
}

// rule 9.2/antipsychotic-dementia: speaks
// rule 9.2/antipsychotic-dementia: silent
#[test]
fn an_antipsychotic_ordered_beside_an_antidepressant_is_told_with_dementia_and_one_ordered_alone_is_not() {
    let with = |medications| {
        let change = |record: &mut Chart| {
            record.conditions.push(condition(ConditionGroup::Dementia));
            record.drafts = vec![ordered("draft", "aripiprazole", 2.0, TODAY)];
        };
        of_row(&judged_with(medications, change), "antipsychotic-with-dementia")
    };
    assert_eq!((with(vec![now("sertraline", 50.0)]), with(vec![now("lisinopril", 10.0)])), (vec![Severity::Warning], vec![]));
}
