//! What holds for all of them, and the workup.

use super::*;

// rule 8/never-looked-for: speaks
// rule 8/never-looked-for: silent
#[test]
fn not_looked_for_and_clear_are_said_only_of_a_record_that_was_had_in_full() {
    let listed = |change: &dyn Fn(&mut Chart)| -> Vec<&'static str> { judged(change).contributors.iter().map(|found| found.id).collect() };
    assert_eq!(listed(&|_| ()), ["thyroid-low", "anemia", "sleep-apnea", "substance-use", "vitamin-d"]);
    for extent in [Extent::Partial, Extent::None] {
        let lost = |record: &mut Chart| {
            record.coverage.set(Kind::Observations, extent);
            labs(&[(Hemoglobin, 14.0, 20), (VitaminD, 40.0, 20), (Tsh, 2.0, 20)])(record);
        };
        assert_eq!(listed(&lost), Vec::<&str>::new());
        assert!(judged(lost).notes.iter().any(|note| note.id == "not-judged" && note.text.contains("sleep apnoea")));
    }
    assert!(!has_note("not-judged", |_| ()));
    assert!(has_note("not-judged", not_had(Kind::Medications, Extent::Partial)));
    let known = both(labs(&[(Tsh, 12.0, 20)]), not_had(Kind::Observations, Extent::Partial));
    assert_eq!(weight("thyroid-low", known), Some(Alongside), "what is there is there");
}

#[test]
fn a_result_that_cannot_be_read_is_neither_missing_nor_normal() {
    let unreadable = |days_ago: Days| {
        move |record: &mut Chart| {
            let Measurement { instrument, at, source, .. } = lab(Tsh, 0.0, days_ago);
            record.unreadable.push(Unreadable { instrument, at, source });
        }
    };
    assert_eq!(of("thyroid-low", unreadable(20)), None, "not `not-checked`");
    assert!(has_note("not-judged", unreadable(20)));
    assert_eq!(of("thyroid-low", both(labs(&[(Tsh, 2.0, 30)]), unreadable(20))), None, "not clear by an older one");
    assert_eq!(of("thyroid-low", both(labs(&[(Tsh, 2.0, 10)]), unreadable(20))), Some((Clear, false, Line)));
    let workup = judged(unreadable(20)).workup;
    assert_eq!(workup.first().map(|item| (item.id, item.status)), Some(("tsh", WorkupStatus::NotKnown)));
}

// rule 8/strongest-first: speaks
// rule 8/strongest-first: silent
#[test]
fn the_strongest_untreated_one_stands_first() {
    let all = both(
        both(labs(&[(VitaminD, 15.0, 20), (Hemoglobin, 7.0, 20)]), with_code(ConditionGroup::ContributorSleepApnoea, 9)),
        both(with_code(ConditionGroup::ContributorSubstanceUse, 9), taking("naltrexone", 50.0, 30)),
    );
    let found = judged(all).contributors;
    let order: Vec<(&str, bool)> = found.iter().map(|found| (found.id, found.treated)).collect();
    assert_eq!(order, [("anemia", false), ("sleep-apnea", false), ("vitamin-d", false), ("substance-use", true), ("thyroid-low", false)]);
}

#[test]
fn a_site_that_changes_a_parameter_is_followed() {
    let content = "[parameters]\nlab_lookback_days = 180\nvitamin_d_flag = 15\n".to_owned();
    let site = Knowledge::with_site(&SiteFile { name: "site.toml".to_owned(), content }).expect("within the ranges");
    let mut record = chart(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 92)], Vec::new());
    record.measurements = vec![lab(VitaminD, 16.0, 20), lab(Tsh, 12.0, 181)];
    let status = |knowledge: &Knowledge, id: &str| {
        assess(&record, knowledge, today()).contributors.iter().find(|found| found.id == id).map(|found| found.status)
    };
    assert_eq!((status(Knowledge::builtin(), "vitamin-d"), status(site, "vitamin-d")), (Some(Present), Some(Clear)));
    assert_eq!((status(Knowledge::builtin(), "thyroid-low"), status(site, "thyroid-low")), (Some(Present), Some(NotChecked)));
}

#[test]
fn an_unfinished_result_and_one_of_tomorrow_count_for_nothing() {
    let unfinished = |record: &mut Chart| record.measurements = vec![Measurement { finished: false, ..lab(Tsh, 12.0, 20) }];
    assert_eq!(weight("thyroid-low", unfinished), None);
    assert_eq!(weight("thyroid-low", labs(&[(Tsh, 12.0, -1)])), None);
}

// rule 8/workup: speaks
// rule 8/workup: silent
#[test]
fn the_workup_is_done_with_its_day_or_not_on_file() {
    let of = |id: &str, change: &dyn Fn(&mut Chart)| {
        judged(change).workup.into_iter().find(|item| item.id == id).map(|item| (item.status, item.done))
    };
    let on = |days_ago| Some(today() - days_ago);
    let tsh = |days_ago| move |record: &mut Chart| record.measurements.push(lab(Tsh, 2.0, days_ago));
    assert_eq!(of("tsh", &tsh(365)), Some((WorkupStatus::Done, on(365))));
    assert_eq!(of("tsh", &tsh(366)), Some((WorkupStatus::Outdated, on(366))));
    assert_eq!(of("tsh", &|_| ()), Some((WorkupStatus::NotOnFile, None)));
    let lost = |record: &mut Chart| record.coverage.set(Kind::Observations, Extent::Partial);
    assert_eq!(of("tsh", &lost), Some((WorkupStatus::NotKnown, None)));
    let half = |record: &mut Chart| record.measurements.push(lab(Instrument::Sodium, 140.0, 20));
    let whole = |record: &mut Chart| record.measurements.extend([lab(Instrument::Sodium, 140.0, 20), lab(Instrument::Egfr, 90.0, 30)]);
    assert_eq!(of("metabolic-panel", &half), Some((WorkupStatus::NotOnFile, None)));
    assert_eq!(of("metabolic-panel", &whole), Some((WorkupStatus::Done, on(30))));
    let screen = |record: &mut Chart| record.measurements.push(lab(AuditC, 1.0, 20));
    assert_eq!(of("substance-use-screen", &screen), Some((WorkupStatus::Done, on(20))));
}

// rule 8/workup-pregnancy: speaks
// rule 8/workup-pregnancy: silent
#[test]
fn pregnancy_status_stands_in_the_workup_where_it_applies() {
    let item = |change: &dyn Fn(&mut Chart)| {
        judged(change).workup.into_iter().find(|item| item.id == "pregnancy-status").map(|item| (item.status, item.done))
    };
    assert_eq!(item(&|_| ()), Some((WorkupStatus::NotOnFile, None)));
    assert_eq!(item(&|record| sex(Some(Sex::Male))(record)), None);
    let born = |on: &'static str| move |record: &mut Chart| record.patient.as_mut().expect("a patient").birth = Some(When::on(day(on)));
    assert!(item(&born("1975-03-03")).is_some(), "50 years");
    assert_eq!(item(&born("1975-03-02")), None, "51 years");
    let told = |days_ago: Days| {
        move |record: &mut Chart| {
            let value = Value::Answer { code: None, text: "Not pregnant".to_owned() };
            record.measurements.push(Measurement { value, ..lab(Instrument::PregnancyStatus, 0.0, days_ago) });
        }
    };
    assert_eq!(item(&told(90)), Some((WorkupStatus::Done, Some(today() - 90))));
    assert_eq!(item(&told(91)), Some((WorkupStatus::Outdated, Some(today() - 91))));
    let coded = |record: &mut Chart| record.conditions.push(code(ConditionGroup::PregnancyCurrent, 100));
    assert_eq!(item(&coded), Some((WorkupStatus::Done, Some(today() - 100))));
}

#[test]
fn labels_keep_the_words_of_the_record_and_are_short() {
    let many = |record: &mut Chart| {
        for (number, name) in ["Diabetes <b>", "Stroke", "Asthma", "Gout", "Lupus"].iter().enumerate() {
            let mut illness = code(ConditionGroup::ChronicIllness, 100);
            (illness.label, illness.source) = ((*name).to_owned(), SourceRef::new(format!("Condition/{number}")));
            record.conditions.push(illness);
        }
    };
    assert_eq!(label("chronic-illness", many), "Diabetes <b> (2025-11-22); Stroke (2025-11-22); Asthma (2025-11-22) and 2 more");
}
