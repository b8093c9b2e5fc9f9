//! When an option is given at all: scope, failures, the bipolar question, what is taken or was not tolerated, what was not had.

use super::*;

// rule 9.3/in-scope-only: speaks
// rule 9.3/in-scope-only: silent
#[test]
fn every_row_stands_there_in_scope_and_none_out_of_it() {
    assert!(Scene { in_scope: false, ..scene() }.options().is_empty());
    let all = scene().options();
    for (kind, id) in [
        (Augment, "aripiprazole"),
        (Augment, "quetiapine-xr"),
        (Augment, "olanzapine-fluoxetine"),
        (Augment, "bupropion"),
        (Augment, "lithium"),
        (Switch, "bupropion"),
        (Switch, "dextromethorphan-bupropion"),
        (Switch, "tranylcypromine"),
        (RapidActing, "esketamine"),
        (RapidActing, "ketamine-iv"),
        (Neurostimulation, "tms"),
        (Neurostimulation, "vns"),
        (Psychotherapy, "psychotherapy"),
        (Referral, "psychiatry"),
    ] {
        find(all.clone(), kind, id);
    }
    let mut ids: Vec<(StepKind, &str)> = all.iter().map(|option| (option.kind, option.id)).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "unique within a kind");
}

// rule 9.3/offered-rows: speaks
// rule 9.3/offered-rows: silent
#[test]
fn what_is_never_an_option_is_not_listed() {
    let all = scene().options();
    let never = Knowledge::builtin().options().iter().filter(|row| row.offer == Offer::Never);
    let ids: Vec<&str> = never.flat_map(|row| &row.offered).map(|offered| offered.id).collect();
    assert_eq!(ids, ["psilocybin", "clozapine", "zuranolone"]);
    assert!(!all.iter().any(|option| ids.contains(&option.id)));
    let offered = Knowledge::builtin().options().iter().filter(|row| row.offer == Offer::Option);
    let rows: Vec<&str> = offered.map(|row| row.id).collect();
    assert!(rows.iter().all(|id| all.iter().any(|option| option.row == Some(*id))), "each offered row is");
}

// rule 9.3/no-failure-yet: speaks
// rule 9.3/no-failure-yet: silent
#[test]
fn without_a_failure_only_psychotherapy_is_open() {
    assert_eq!(scene().after(0).open(), ["psychotherapy"]);
    left_out(&scene().after(0), Switch, "venlafaxine", "no adequate failure yet");
    not_left_out(&scene().after(1), Switch, "venlafaxine");
}

// rule 9.3/tier-0: speaks
// rule 9.3/tier-0: silent
#[test]
fn tier_zero_opens_switches_only() {
    let tier_zero = Scene { tier_zero: true, ..scene().after(0) };
    not_left_out(&tier_zero, Switch, "mirtazapine");
    left_out(&tier_zero, Augment, "mirtazapine", "no adequate failure yet");
    left_out(&scene().after(0), Switch, "mirtazapine", "no adequate failure yet");
}

// rule 9.3/tier-2: speaks
// rule 9.3/tier-2: silent
#[test]
fn tier_two_opens_what_tier_one_keeps_back() {
    for (kind, id) in [
        (Augment, "lithium"),
        (Augment, "liothyronine"),
        (Augment, "olanzapine-fluoxetine"),
        (RapidActing, "esketamine"),
        (RapidActing, "ketamine-iv"),
        (Neurostimulation, "ect"),
        (Referral, "psychiatry"),
    ] {
        left_out(&scene().after(1), kind, id, "after two adequate failures");
        not_left_out(&scene().after(2), kind, id);
    }
    not_left_out(&scene().after(1), Augment, "aripiprazole");
    not_left_out(&scene().after(1), Neurostimulation, "tms");
}

// rule 10/vns-after-four: speaks
// rule 10/vns-after-four: silent
#[test]
fn vagus_nerve_stimulation_needs_four_failures() {
    left_out(&scene().after(3), Neurostimulation, "vns", "after four adequate failures");
    not_left_out(&scene().after(4), Neurostimulation, "vns");
}

// rule 10/referral-first: speaks
// rule 10/referral-first: silent
#[test]
fn referral_is_first_from_three_failures_on() {
    says(&scene().after(3), Referral, "psychiatry", Suitable, "referral first");
    silent(&scene().after(2), Referral, "psychiatry", "referral first");
}

// rule 9.3/bipolar-question-open: speaks
// rule 9.3/bipolar-question-open: silent
#[test]
fn a_strong_bipolar_indicator_closes_everything_but_psychotherapy_and_referral() {
    let open = Scene { bipolar_strong: true, ..scene() };
    assert_eq!(open.open(), ["psychotherapy", "psychiatry"]);
    assert_eq!(open.option(Switch, "bupropion").reasons[0], "bipolar question open");
    silent(&scene(), Switch, "bupropion", "bipolar");
}

// rule 9.3/class-after-two: speaks
// rule 9.3/class-after-two: silent
#[test]
fn after_two_failures_of_a_class_the_class_is_left_out() {
    let of = |counted: &[&'static str]| {
        let mut made = crate::clinical::derive::assess(&scene().chart, Knowledge::builtin(), today());
        made.counted_failures = counted.iter().map(|name| drug(name)).collect();
        options_of(&made)
    };
    let two = find(of(&["sertraline", "citalopram"]), Switch, "fluoxetine");
    assert_eq!(two.reasons, ["two adequate failures in its class, SSRI"]);
    assert_eq!(find(of(&["sertraline", "citalopram", "paroxetine"]), Switch, "fluoxetine").verdict, LeftOut, "after three too");
    assert_eq!(find(of(&["sertraline", "citalopram"]), Switch, "venlafaxine").verdict, Suitable);
    assert_eq!(find(of(&["sertraline", "venlafaxine"]), Switch, "fluoxetine").verdict, Suitable);
}

// rule 9.3/already-taken: speaks
// rule 9.3/already-taken: silent
#[test]
fn what_is_taken_is_no_option() {
    left_out(&scene().takes("bupropion", 150.0), Switch, "bupropion", "already being taken");
    assert_eq!(scene().takes("bupropion", 150.0).option(Augment, "bupropion").basis, [SourceRef::new("MedicationDispense/bupropion")]);
    not_left_out(&scene().takes("mirtazapine", 15.0), Switch, "bupropion");
}

// rule 9.3/not-tolerated: speaks
// rule 9.3/not-tolerated: silent
#[test]
fn a_reaction_on_file_removes_the_drug_and_no_other() {
    let mut scene = scene();
    let reaction = Intolerance {
        source: SourceRef::new("AllergyIntolerance/a"),
        ingredient: drug("duloxetine"),
        when: Some(day("2024-05-01")),
        label: String::new(),
    };
    scene.chart.intolerances.push(reaction);
    left_out(&scene, Switch, "duloxetine", "reaction on file, 2024-05-01");
    not_left_out(&scene, Switch, "venlafaxine");
}

// rule 9.3/not-checked: speaks
// rule 9.3/not-checked: silent
#[test]
fn what_was_not_had_is_said_and_makes_the_verdict_caution() {
    let with = |kind, extent| {
        let mut scene = scene();
        scene.chart.coverage.set(kind, extent);
        scene
    };
    assert_eq!(scene().option(Switch, "mirtazapine").verdict, Suitable);
    says(&with(Kind::Allergies, Extent::None), Switch, "mirtazapine", Caution, "not checked: reactions to drugs");
    says(&with(Kind::Conditions, Extent::Partial), Switch, "bupropion", Caution, "seizure disorder, eating disorder, withdrawal");
    silent(&with(Kind::Conditions, Extent::Partial), Psychotherapy, "psychotherapy", "not checked");
    says(&with(Kind::Observations, Extent::Partial), Switch, "duloxetine", Caution, "results not had in full");
}

// rule 9.3/absolute-not-checked: speaks
// rule 9.3/absolute-not-checked: silent
#[test]
fn an_absolute_contraindication_nobody_measured_is_said() {
    says(&scene(), Augment, "lithium", Caution, "not checked: kidney function (no eGFR on file)");
    silent(&scene().result(Instrument::Egfr, 80.0, 365), Augment, "lithium", "not checked");
    says(
        &scene().result(Instrument::Egfr, 80.0, 366),
        Augment,
        "lithium",
        Caution,
        "not checked: kidney function (last eGFR on 2025-03-01)",
    );
    says(&scene(), Augment, "liothyronine", Caution, "not checked: thyroid (no TSH on file)");
    says(&scene(), Augment, "ziprasidone", Caution, "not checked: QT (no QTc on file)");
    silent(&scene(), Switch, "citalopram", "not checked");
}

// rule 9.3/failed-before: speaks
// rule 9.3/failed-before: silent
#[test]
fn what_failed_in_this_episode_is_left_out_and_in_an_earlier_one_told() {
    let since = |onset: &str| {
        let scores = vec![phq9("a", 18, "2025-11-15"), phq9("b", 17, "2026-01-12"), phq9("c", 17, "2026-02-20")];
        let mut record = chart(vec![dispensed("1", "citalopram", 20.0, "2025-11-15", 60)], scores);
        record.conditions[0].onset = Some(When::on(day(onset)));
        let made = crate::clinical::derive::assess(&record, Knowledge::builtin(), today());
        find(made.options, Switch, "citalopram")
    };
    let now = since("2025-05-01");
    assert_eq!(now.verdict, LeftOut);
    assert!(now.reasons.iter().any(|reason| reason.starts_with("adequate trial in this episode without")), "{:?}", now.reasons);
    let earlier = since("2026-01-20");
    assert!(!earlier.reasons.iter().any(|reason| reason.contains("in this episode")), "{:?}", earlier.reasons);
    assert!(earlier.reasons.iter().any(|reason| reason.contains("in an earlier episode")), "{:?}", earlier.reasons);
}

#[test]
fn a_course_is_under_way_until_its_grace_is_over() {
    let grace = Knowledge::builtin().parameters().course_end_grace_days;
    let ended = |days_ago| {
        let course = Course { kind: CourseKind::Tms, first: today() - 60, last: today() - days_ago, sessions: 20, basis: Vec::new() };
        Scene { courses: vec![course], ..scene() }
    };
    left_out(&ended(grace), Neurostimulation, "tms", "already under way: 20 sessions");
    left_out(&ended(0), Neurostimulation, "tms", "already under way: 20 sessions");
    says(&ended(grace + 1), Neurostimulation, "tms", Suitable, "20 sessions from");
    silent(&ended(grace), Neurostimulation, "ect", "20 sessions");
}

#[test]
fn a_stimulator_on_record_is_left_out_and_psychotherapy_on_record_is_told() {
    let with = |kind, when: Option<&str>| {
        let mut scene = scene().after(4);
        let when = when.map(|on| Span::of(day(on)));
        scene.chart.procedures.push(Procedure { source: SourceRef::new("Procedure/p"), kind, when, label: String::new() });
        scene
    };
    let vns = with(ProcedureKind::Vns, Some("2024-05-01"));
    left_out(&vns, Neurostimulation, "vns", "on record: 2024-05-01");
    silent(&vns, Neurostimulation, "ect", "on record");
    let talk = with(ProcedureKind::Psychotherapy, None);
    says(&talk, Psychotherapy, "psychotherapy", Suitable, "on record: no date");
    not_left_out(&talk, Neurostimulation, "vns");
    silent(&talk, Neurostimulation, "vns", "on record");
}

#[test]
fn an_earlier_augmentation_is_told_of_its_drug_and_one_under_way_leaves_it_out() {
    let with = |days, id: &str| {
        let scores = vec![phq9("a", 18, "2025-10-01"), phq9("b", 17, "2025-12-10"), phq9("c", 17, "2026-02-20")];
        let drugs = vec![dispensed("1", "sertraline", 50.0, "2025-10-01", 180), dispensed("2", "aripiprazole", 2.0, "2025-12-15", days)];
        find(crate::clinical::derive::assess(&chart(drugs, scores), Knowledge::builtin(), today()).options, Augment, id)
    };
    let says = |option: &TreatmentOption, words: &str| option.reasons.iter().any(|reason| reason.contains(words));
    let ended = with(40, "aripiprazole");
    assert!(says(&ended, "aripiprazole was added before, from 2025-12-15: 40 days at dose"), "{:?}", ended.reasons);
    assert!(!says(&ended, "already being taken") && !says(&with(40, "brexpiprazole"), "was added before"));
    let going_on = with(77, "aripiprazole");
    assert!(says(&going_on, "already being taken") && !says(&going_on, "was added before"), "{:?}", going_on.reasons);
    assert!(!says(&with(77, "brexpiprazole"), "already being taken"));
}

#[test]
fn what_is_contraindicated_beside_what_is_taken_is_left_out_though_it_is_only_a_warning() {
    left_out(&scene().takes("bupropion", 150.0), Switch, "dextromethorphan-bupropion", "with bupropion: ");
    not_left_out(&scene().takes("lisinopril", 10.0), Switch, "dextromethorphan-bupropion");
}

#[test]
fn every_open_option_but_psychotherapy_says_its_label() {
    let options = scene().options();
    let label = |id: &str| options.iter().find(|option| option.id == id).expect("an option").label.clone();
    assert_eq!(label("psychotherapy"), None);
    let rows = || options.iter().filter(|option| option.verdict != LeftOut && option.row.is_some() && option.kind != Psychotherapy);
    assert!(rows().count() > 10 && rows().all(|option| option.label.is_some()));
}

#[test]
fn where_no_licence_of_the_country_is_on_file_the_label_was_not_checked() {
    let content = "[parameters]\ncountry = \"uk\"\n".to_owned();
    let uk = Knowledge::with_site(&SiteFile { name: "site.toml".to_owned(), content }).expect("a good site file");
    let options = scene().options_by(uk);
    let label = |kind, id: &str| find(options.clone(), kind, id).label;
    assert_eq!(label(Switch, "sertraline").as_deref(), Some("label in the United Kingdom: not checked here"));
    assert_eq!(label(Psychotherapy, "psychotherapy"), None);
}

// rule 9.3/option-in-place: speaks
// rule 9.3/option-in-place: silent
#[test]
fn a_switch_thinks_the_current_drug_away_and_an_addition_does_not() {
    let reasons = |kind, id: &str, drafts: Vec<MedicationRecord>| {
        let mut scene = scene();
        scene.chart.medications = vec![dispensed("1", "paroxetine", 20.0, "2025-12-01", 120)];
        scene.trials = crate::clinical::derive::assess(&scene.chart, Knowledge::builtin(), today()).trials;
        scene.chart.drafts = drafts;
        scene.option(kind, id).reasons.join("; ")
    };
    let switch = reasons(Switch, "vortioxetine", Vec::new());
    assert!(!switch.contains("with paroxetine"), "{switch}");
    let added = reasons(Augment, "aripiprazole", Vec::new());
    assert!(added.contains("with paroxetine: ") && !added.contains("as an option"), "{added}");
    let begin = "low at the start (2 mg)";
    assert!(added.contains(begin), "how to begin it: {added}");
    let ordered = reasons(Augment, "aripiprazole", vec![ordered("draft", "aripiprazole", 10.0, TODAY)]);
    assert!(ordered.contains("above 7.5 mg a day") && !ordered.contains(begin), "what is ordered already is too high: {ordered}");
}

// rule 9.3/not-checked: speaks
// rule 9.3/not-checked: silent
#[test]
fn what_two_rows_could_not_test_is_said_once_and_a_row_for_women_is_none_for_men() {
    let row = |id: &str, limit: &str, what: &str| {
        format!(
            "[[option_limit]]\nid = \"site/{id}\"\napplies_to = \"drug mirtazapine\"\ntrigger = \"measured\"\nof = \"egfr\"\n\
             limit = \"{limit}\"\nwithin_days = \"365\"\nsex = \"female\"\neffect = \"remove\"\nabsolute = \"no\"\n\
             what = \"{what}\"\nmeasure = \"eGFR\"\ntext = \"not here\"\nsource = \"this site\"\ngrade = \"D\"\n\
             confidence = \"this site\"\n"
        )
    };
    let content = row("a", "< 15", "kidney") + &row("b", "< 10", "kidney") + &row("c", "< 5", "kidneys");
    let site = Knowledge::with_site(&SiteFile { name: "site.toml".to_owned(), content }).expect("a good site file");
    let said = |mut scene: Scene| {
        scene.chart.coverage.set(Kind::Observations, Extent::Partial);
        let reasons = find(scene.options_by(site), Switch, "mirtazapine").reasons;
        reasons.into_iter().filter(|reason| reason.starts_with("not checked: kidney")).collect::<Vec<_>>()
    };
    assert_eq!(said(scene().woman().aged(60)), ["not checked: kidney, kidneys (results not had in full)"]);
    assert_eq!(said(scene().aged(60)), [""; 0]);
}
