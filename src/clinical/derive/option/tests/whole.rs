//! Pregnancy, psychotic depression, country, order, how an option is done, a rise of the dose.

use super::*;

// rule 9.3/pregnancy: speaks
// rule 9.3/pregnancy: silent
#[test]
fn pregnancy_closes_switch_augment_and_rapid_acting() {
    let pregnant = scene().woman().aged(29).code(ConditionGroup::PregnancyCurrent, 100);
    assert_eq!(pregnant.open(), ["tms", "ect", "psychotherapy", "psychiatry"]);
    assert_eq!(pregnant.option(Switch, "sertraline").reasons, ["pregnancy"]);
    let later = scene().woman().aged(29).code(ConditionGroup::PregnancyCurrent, 281);
    not_left_out(&later, Switch, "sertraline");
    let first = scene().woman().after(1).code(ConditionGroup::PregnancyCurrent, 280);
    says(&first, Referral, "psychiatry", Suitable, "perinatal psychiatry, with obstetrics");
}

// rule 9.3/pregnancy-not-on-file: speaks
// rule 9.3/pregnancy-not-on-file: silent
#[test]
fn an_unknown_pregnancy_status_is_said_of_women_from_18_to_50() {
    let of = |age| scene().woman().aged(age);
    for age in [18, 50] {
        for (kind, id) in [(Augment, "lithium"), (Switch, "paroxetine"), (RapidActing, "esketamine")] {
            says(&of(age), kind, id, Caution, "pregnancy status not on file");
            silent(&of(51), kind, id, "pregnancy");
            silent(&scene().aged(age), kind, id, "pregnancy");
        }
        silent(&of(age), Switch, "sertraline", "pregnancy");
    }
    let negative = |days_ago| {
        let answer = Value::Answer { code: None, text: "Negative".to_owned() };
        of(30).value(Instrument::PregnancyTest, answer, days_ago)
    };
    silent(&negative(90), Switch, "paroxetine", "pregnancy");
    says(&negative(91), Switch, "paroxetine", Caution, "pregnancy status not on file");
}

// rule 9.3/postpartum: speaks
// rule 9.3/postpartum: silent
#[test]
fn within_a_year_of_birth_breastfeeding_is_asked_and_esketamine_left_out() {
    let born = |days_ago| scene().woman().aged(30).code(ConditionGroup::PregnancyPostpartum, days_ago);
    left_out(&born(365), RapidActing, "esketamine", "not after birth");
    not_left_out(&born(366), RapidActing, "esketamine");
    says(&born(365), Switch, "sertraline", Suitable, "breastfeeding: not on file");
    silent(&born(366), Switch, "sertraline", "breastfeeding");
    let told = born(100).value(Instrument::Breastfeeding, Value::YesNo(false), 10);
    silent(&told, Switch, "sertraline", "breastfeeding");
}

// rule 10/psychotic-depression: speaks
// rule 10/psychotic-depression: silent
#[test]
fn psychotic_depression_opens_ect_without_a_failure_and_says_what_is_needed() {
    let psychotic = || scene().after(0).code(ConditionGroup::DepressionPsychotic, 10);
    not_left_out(&psychotic(), Neurostimulation, "ect");
    says(&psychotic(), Switch, "sertraline", Caution, "an antidepressant plus an antipsychotic, or ECT");
    says(&psychotic(), Referral, "psychiatry", Suitable, "urgent psychiatric assessment");
    says(&psychotic(), Neurostimulation, "tms", Caution, "ECT comes first");
    says(&scene().after(1).code(ConditionGroup::Catatonia, 10), Augment, "aripiprazole", Caution, "catatonia may get worse");
    left_out(&psychotic(), Augment, "lithium", "after two adequate failures");
    left_out(&scene().after(0).past_code(ConditionGroup::DepressionPsychotic, 10), Neurostimulation, "ect", "no adequate failure yet");
}

// rule 15/country: speaks
// rule 15/country: silent
#[test]
fn the_country_hides_what_it_does_not_have() {
    let site = |country: &str| {
        let content = format!("[parameters]\ncountry = \"{country}\"\n");
        Knowledge::with_site(&crate::clinical::knowledge::SiteFile { name: "site.toml".to_owned(), content }).expect("a good site file")
    };
    let uk = scene().options_by(site("uk"));
    let esketamine = find(uk.clone(), RapidActing, "esketamine");
    assert_eq!((esketamine.verdict, esketamine.reasons[0].as_str()), (LeftOut, "not available in the United Kingdom"));
    assert_eq!(find(uk.clone(), Switch, "desvenlafaxine").verdict, LeftOut);
    assert_eq!(find(uk, Augment, "quetiapine-xr").label.as_deref(), Some("UK licence: added to an antidepressant in major depression"));
    assert_eq!(find(scene().options_by(site("ca")), RapidActing, "esketamine").verdict, Suitable);
    assert_eq!(scene().option(RapidActing, "esketamine").verdict, Suitable);
}

// rule 10/order: speaks
// rule 10/order: silent
#[test]
fn options_stand_by_verdict_then_untried_then_guideline_line() {
    let all = scene().after(1).options();
    let augment: Vec<&TreatmentOption> = all.iter().filter(|option| option.kind == Augment).collect();
    assert_eq!(augment[0].id, "aripiprazole");
    let first_closed = augment.iter().position(|option| option.verdict == LeftOut).expect("lithium");
    assert!(augment[first_closed..].iter().all(|option| option.verdict == LeftOut));
    let course = Course { kind: CourseKind::Tms, first: today() - 300, last: today() - 270, sessions: 20, basis: Vec::new() };
    let tried = Scene { courses: vec![course], ..scene() };
    let stimulation: Vec<String> =
        tried.options().into_iter().filter(|option| option.kind == Neurostimulation).map(|option| option.id.to_owned()).collect();
    assert_eq!(stimulation, ["ect", "tms", "vns"], "tried, so behind what was not");
    says(&tried, Neurostimulation, "tms", Suitable, "20 sessions from");
    let untried: Vec<String> =
        scene().options().into_iter().filter(|option| option.kind == Neurostimulation).map(|option| option.id.to_owned()).collect();
    assert_eq!(untried, ["tms", "ect", "vns"]);
}

// rule 10/how: speaks
// rule 10/how: silent
#[test]
fn an_option_says_how_it_is_done_unless_it_is_left_out() {
    let duloxetine = scene().option(Switch, "duloxetine");
    assert_eq!(duloxetine.start, Some("30 mg"));
    assert_eq!(duloxetine.titration, Some("60 mg after 1 week; above 60 mg adds little"));
    assert_eq!(duloxetine.label.as_deref(), Some("FDA: depression"));
    assert!(duloxetine.talk.is_some() && duloxetine.evidence.is_some() && duloxetine.guideline.is_some() && duloxetine.overdose.is_some());
    let none = scene().after(0).option(Switch, "duloxetine");
    assert!(none.start.is_none() && none.talk.is_none() && none.label.is_none());
    assert_eq!(scene().option(Augment, "aripiprazole").monitoring[0], "weight or BMI: baseline, weeks 4, 8, 12, then quarterly");
}

// rule 10/optimise: speaks
// rule 10/optimise: silent
#[test]
fn a_rise_respects_maximum_age_and_kidney() {
    let rise = |name: &str, mg: f64, birth: &str, egfr: Option<f64>| {
        let record: MedicationRecord = dispensed("1", name, mg, "2025-12-01", 120);
        let mut chart = chart(vec![record], Vec::new());
        chart.patient.as_mut().expect("a patient").birth = Some(When::on(day(birth)));
        for kind in Kind::ALL {
            chart.coverage.set(kind, Extent::Full);
        }
        let chart = match egfr {
            Some(value) => Scene { chart, ..scene() }.result(Instrument::Egfr, value, 5).chart,
            None => chart,
        };
        let made = crate::clinical::derive::assess(&chart, Knowledge::builtin(), today());
        let trial = made.current_trial.map(|index| made.trials[index].dose_limits.no_rise.len());
        (made.options.into_iter().find(|option| option.kind == StepKind::Optimise).expect("a rise"), trial)
    };
    let (room, _) = rise("sertraline", 50.0, "1980-01-01", None);
    assert_eq!((room.verdict, room.reasons[0].as_str()), (Suitable, "now 50, room to 200 mg"));
    assert!(room.titration.is_some());
    let (above, _) = rise("sertraline", 250.0, "1980-01-01", None);
    assert_eq!((above.verdict, above.titration), (LeftOut, None));
    assert_eq!(above.reasons, ["200 mg a day is its maximum here"]);
    let (full, _) = rise("citalopram", 20.0, "1960-01-01", None);
    assert_eq!(
        (full.verdict, full.reasons.last().map(String::as_str)),
        (LeftOut, Some("20 mg a day is its maximum here (not above 20 mg a day over age 60)"))
    );
    let (old, limits) = rise("paroxetine", 20.0, "1960-01-01", None);
    assert_eq!((old.verdict, limits), (LeftOut, Some(1)));
    assert!(old.reasons[0].contains("a switch is more usual than a rise"), "{:?}", old.reasons);
    assert_eq!(rise("paroxetine", 20.0, "1970-01-01", None).0.verdict, Suitable);
    assert_eq!(rise("venlafaxine", 150.0, "1980-01-01", Some(29.0)).0.verdict, LeftOut);
    assert_ne!(rise("venlafaxine", 150.0, "1980-01-01", Some(30.0)).0.verdict, LeftOut);
    assert_eq!(rise("desvenlafaxine", 50.0, "1980-01-01", Some(49.0)).0.verdict, LeftOut, "50 mg is its maximum below 50");
}

// rule 9.3/maoi-washout: speaks
// rule 9.3/maoi-washout: silent
#[test]
fn an_mao_inhibitor_always_carries_its_washout() {
    let change_over = |id| scene().option(Switch, id).change_over.unwrap_or_default();
    for id in ["phenelzine", "tranylcypromine"] {
        assert!(change_over(id).contains("14 free days (after fluoxetine 35, after vortioxetine 21)"), "{id}: {}", change_over(id));
    }
    assert!(!change_over("mirtazapine").contains("free days"), "{}", change_over("mirtazapine"));
}

#[test]
fn what_to_measure_is_told_of_those_it_is_meant_for() {
    let measured = |scene: &Scene, kind, id, what: &str| scene.option(kind, id).monitoring.iter().any(|item| item.starts_with(what));
    for (age, expected) in [(59, false), (60, true)] {
        assert_eq!(measured(&scene().aged(age), Switch, "sertraline", "sodium"), expected, "sodium at {age}");
    }
    for (age, expected) in [(39, false), (40, true)] {
        assert_eq!(measured(&scene().aged(age), Switch, "nortriptyline", "ECG"), expected, "ECG at {age}");
    }
    let coronary = scene().aged(39).code(ConditionGroup::CardiacCoronary, 400);
    assert!(measured(&coronary, Switch, "nortriptyline", "ECG"), "a heart disease, at any age");
    let mut unknown = scene().aged(39);
    unknown.chart.coverage.set(Kind::Conditions, Extent::Partial);
    assert!(measured(&unknown, Switch, "nortriptyline", "ECG"), "whether there is one is not known");
    assert!(!measured(&scene().aged(30), Augment, "lithium", "pregnancy test"), "a man");
    assert!(measured(&scene().woman().aged(30), Augment, "lithium", "pregnancy test"));
    let named = |id: &str| Knowledge::builtin().monitoring().iter().any(|row| row.id == id);
    let watches = Knowledge::builtin().options().iter().flat_map(|row| &row.watches);
    let whom: Vec<&str> = watches.filter_map(|watch| if let Whom::Row(id) = watch.whom { Some(id) } else { None }).collect();
    assert!(whom.len() > 1 && whom.iter().all(|id| named(id)), "{whom:?}");
}

#[test]
fn an_antipsychotic_beside_another_takes_its_place() {
    let takes = scene().takes("aripiprazole", 5.0);
    says(&takes, Augment, "brexpiprazole", Suitable, "beside aripiprazole: would take its place");
    silent(&takes, Augment, "bupropion", "take its place");
    silent(&scene(), Augment, "brexpiprazole", "take its place");
}

// rule 9.3/bipolar-question-open: speaks
// rule 9.3/bipolar-question-open: silent
#[test]
fn a_strong_bipolar_indicator_closes_a_rise_too() {
    let rise = |group: Option<ConditionGroup>| {
        let mut chart = chart(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 120)], Vec::new());
        // a bipolar diagnosis of the past
        chart.conditions.extend(group.map(|group| crate::clinical::chart::Condition {
            current: false,
            code: "F31.81".into(),
            ..condition(group)
        }));
        for kind in Kind::ALL {
            chart.coverage.set(kind, Extent::Full);
        }
        let made = crate::clinical::derive::assess(&chart, Knowledge::builtin(), today());
        made.options.into_iter().find(|option| option.kind == StepKind::Optimise).expect("a rise")
    };
    let open = rise(Some(ConditionGroup::BipolarSpectrum));
    assert_eq!((open.verdict, open.reasons[0].as_str()), (LeftOut, "bipolar question open"));
    assert_eq!(rise(None).verdict, Suitable);
}

#[test]
fn a_dose_at_its_maximum_or_above_it_has_no_room() {
    let record = chart(vec![dispensed("1", "sertraline", 50.0, "2025-12-01", 120)], Vec::new());
    let trial = crate::clinical::derive::assess(&record, Knowledge::builtin(), today()).trials.remove(0);
    let maximum = |mg| DoseRoom { maximum: crate::clinical::units::DailyDose::from_mg(mg), advised_against: false };
    assert_eq!([40.0, 50.0, 60.0].map(|mg| maximum(mg).is_exhausted(&trial)), [true, true, false]);
}
