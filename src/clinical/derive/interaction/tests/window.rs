use super::*;

// rule 9.1/maoi-to-antidepressant: speaks
// rule 9.1/maoi-to-antidepressant: silent
// rule 9.1/maoi-to-maoi: speaks
// rule 9.1/maoi-to-maoi: silent
// rule 9.1/antidepressant-to-maoi: speaks
// rule 9.1/antidepressant-to-maoi: silent
// rule 9.1/fluoxetine-to-maoi: speaks
// rule 9.1/fluoxetine-to-maoi: silent
// rule 9.1/vortioxetine-to-maoi: speaks
// rule 9.1/vortioxetine-to-maoi: silent
// rule 9.1/moclobemide-to-other: speaks
// rule 9.1/moclobemide-to-other: silent
// rule 9.1/linezolid-to-antidepressant: speaks
// rule 9.1/linezolid-to-antidepressant: silent
// rule 9.1/maoi-contraindicated: speaks
// rule 9.1/maoi-contraindicated: silent
#[test]
fn a_window_needs_all_its_free_days_and_one_fewer_is_critical() {
    for (first, second, free, id) in [
        ("phenelzine", "sertraline", 14, "maoi-to-antidepressant"),
        ("isocarboxazid", "trazodone", 14, "maoi-to-antidepressant"),
        ("tranylcypromine", "st john's wort", 14, "maoi-to-antidepressant"),
        ("phenelzine", "tranylcypromine", 14, "maoi-to-maoi"),
        ("mirtazapine", "phenelzine", 14, "antidepressant-to-maoi"),
        ("bupropion", "moclobemide", 14, "antidepressant-to-maoi"),
        ("fluoxetine", "phenelzine", 35, "fluoxetine-to-maoi"),
        ("vortioxetine", "phenelzine", 21, "vortioxetine-to-maoi"),
        ("moclobemide", "sertraline", 1, "moclobemide-to-other"),
        ("linezolid", "sertraline", 1, "linezolid-to-antidepressant"),
        ("phenelzine", "pseudoephedrine", 14, "maoi-contraindicated"),
        ("phenelzine", "methylphenidate", 14, "maoi-contraindicated"),
    ] {
        let after = |days: Days| judged(vec![ended(first, 30.0, days + 1), begun(second, 30.0, 0)]);
        assert_eq!(found(&after(free - 1)), [(id, Severity::Critical)], "{first} to {second}");
        assert_eq!(found(&after(free)), [], "{first} to {second}");
    }
}

// rule 9.1/venlafaxine-to-maoi: speaks
// rule 9.1/venlafaxine-to-maoi: silent
// rule 9.1/duloxetine-to-maoi: speaks
// rule 9.1/duloxetine-to-maoi: silent
#[test]
fn from_the_days_of_the_label_on_a_window_is_a_warning() {
    for (first, label, id) in
        [("venlafaxine", 7, "venlafaxine-to-maoi"), ("desvenlafaxine", 7, "venlafaxine-to-maoi"), ("duloxetine", 5, "duloxetine-to-maoi")]
    {
        let after = |days: Days| judged(vec![ended(first, 75.0, days + 1), begun("phenelzine", 45.0, 0)]);
        assert_eq!(found(&after(label - 1)), [(id, Severity::Critical)], "{first}");
        assert_eq!(found(&after(label)), [(id, Severity::Warning)], "{first}");
        assert!(after(label).interactions[0].reason.contains(&format!("(label {label})")));
        assert_eq!(found(&after(13)), [(id, Severity::Warning)], "{first}");
        assert_eq!(found(&after(14)), [], "{first}");
    }
}

// rule 9.1/history: speaks
// rule 9.1/history: silent
#[test]
fn a_window_is_history_once_today_lies_beyond_it() {
    let stopped = |days_ago| judged(vec![ended("phenelzine", 45.0, days_ago), begun("sertraline", 50.0, 10)]);
    let open = stopped(14);
    assert_eq!(found(&open), [("maoi-to-antidepressant", Severity::Critical)]);
    assert_eq!(open.interactions[0].until, Some(today()));
    assert_eq!(
        open.interactions[0].reason,
        "3 free days, 14 needed; phenelzine supplied until 2026-02-16, sertraline supplied since 2026-02-20"
    );
    assert_eq!(found(&stopped(15)), []);
}

// rule 9.1/no-grace: speaks
// rule 9.1/no-grace: silent
#[test]
fn the_grace_does_not_hold_for_windows() {
    assert_eq!(judged(vec![now("phenelzine", 45.0), ended("sertraline", 50.0, 0)]).interactions.len(), 1);
    let ended_yesterday = judged(vec![ended("phenelzine", 45.0, 3), ended("tramadol", 50.0, 1)]);
    assert_eq!(found(&ended_yesterday), [], "neither covers today");
}

// rule 9.1/together: speaks
// rule 9.1/together: silent
#[test]
fn both_at_once_are_critical_whichever_came_first_and_told_once() {
    for pair in [vec![now("phenelzine", 45.0), begun("sertraline", 50.0, 5)], vec![now("sertraline", 50.0), begun("phenelzine", 45.0, 5)]] {
        let assessment = judged(pair);
        assert_eq!(assessment.interactions.len(), 1, "{:?}", assessment.interactions);
        assert_eq!((assessment.interactions[0].severity, assessment.interactions[0].until), (Severity::Critical, None));
    }
    assert_eq!(found(&judged(vec![now("phenelzine", 45.0), now("lithium", 600.0)])), []);
    assert_eq!(of_row(&judged(vec![now("phenelzine", 45.0), now("ondansetron", 4.0)]), "maoi-to-antidepressant"), []);
}

// rule 9.1/antidepressant-to-linezolid: speaks
// rule 9.1/antidepressant-to-linezolid: silent
#[test]
fn linezolid_beside_an_antidepressant_is_critical_only_while_both_are_taken() {
    let both = judged(vec![now("sertraline", 50.0), begun("linezolid", 600.0, 1)]);
    assert_eq!(found(&both), [("antidepressant-to-linezolid", Severity::Critical)]);
    assert_eq!(found(&judged(vec![ended("sertraline", 50.0, 2), begun("linezolid", 600.0, 1)])), []);
}

// rule 9.1/methylene-blue: speaks
// rule 9.1/methylene-blue: silent
#[test]
fn methylene_blue_counts_by_vein_and_tedizolid_is_a_line() {
    let of_form = |form| {
        let mut blue = begun("methylene blue", 50.0, 0);
        blue.medicine.form = form;
        found(&judged(vec![now("sertraline", 50.0), blue]))
    };
    assert_eq!(of_form(Form::Injection), [("antidepressant-to-linezolid", Severity::Critical)]);
    assert_eq!(of_form(Form::Immediate), []);
    let tedizolid = judged(vec![now("sertraline", 50.0), now("tedizolid", 200.0)]);
    assert_eq!((found(&tedizolid), lines(&tedizolid)), (vec![], vec!["tedizolid-with-antidepressant"]));
}

// rule 9.1/mao-b: speaks
// rule 9.1/mao-b: silent
// rule 9.1/mao-b-opioid: speaks
// rule 9.1/mao-b-opioid: silent
#[test]
fn an_mao_b_inhibitor_is_a_warning_with_an_antidepressant_and_critical_with_an_opioid() {
    let beside = |name, mg, days_ago| found(&judged(vec![now("rasagiline", 1.0), ended(name, mg, days_ago)]));
    assert_eq!(beside("sertraline", 50.0, 0), [("mao-b-with-antidepressant", Severity::Warning)]);
    assert_eq!(beside("sertraline", 50.0, 1), []);
    assert_eq!(beside("tramadol", 50.0, 0), [("mao-b-with-opioid", Severity::Critical)]);
    assert_eq!(beside("tramadol", 50.0, 1), []);
    assert_eq!(beside("dextromethorphan-bupropion", 2.0, 0), [("mao-b-with-opioid", Severity::Critical)], "it holds dextromethorphan");
}

// rule 9.1/selegiline: speaks
// rule 9.1/selegiline: silent
#[test]
fn selegiline_is_a_full_mao_inhibitor_as_a_patch_or_above_10_mg() {
    let with = |form, mg| {
        let mut selegiline = now("selegiline", mg);
        selegiline.medicine.form = form;
        if form != Form::Patch {
            selegiline.medicine.product_use = ProductUse::NeverATrial;
        }
        found(&judged(vec![selegiline, now("sertraline", 50.0)]))
    };
    assert_eq!(with(Form::Immediate, 10.0), [("mao-b-with-antidepressant", Severity::Warning)]);
    assert_eq!(with(Form::Immediate, 10.5), [("maoi-to-antidepressant", Severity::Critical)]);
    assert_eq!(with(Form::Patch, 6.0), [("maoi-to-antidepressant", Severity::Critical)]);
}

// rule 9.1/old-list: speaks
// rule 9.1/old-list: silent
#[test]
fn an_order_too_old_to_be_believed_is_taken_for_interactions() {
    let old = || ordered("old", "phenelzine", 45.0, "2024-01-01");
    let listed = judged(vec![old(), now("sertraline", 50.0)]);
    assert_eq!(found(&listed), [("maoi-to-antidepressant", Severity::Critical)]);
    assert!(listed.interactions[0].reason.contains("phenelzine on the list since 2024-01-01"), "{}", listed.interactions[0].reason);
    let handed_over = judged(vec![old(), dispensed("2", "phenelzine", 45.0, "2025-01-01", 30), now("sertraline", 50.0)]);
    assert_eq!(found(&handed_over), [], "what was handed over later says that it ended");
    let stopped = MedicationRecord { state: crate::clinical::chart::RecordState::Stopped, ..old() };
    assert_eq!(found(&judged(vec![stopped, now("sertraline", 50.0)])), []);
}

// rule 9/text-entry: speaks
// rule 9/text-entry: silent
#[test]
fn a_text_entry_raises_an_interaction_and_is_called_so() {
    let mut text = now("phenelzine", 45.0);
    text.medicine.recognition = Recognition::Text;
    let assessment = judged(vec![text, now("sertraline", 50.0)]);
    assert!(assessment.interactions[0].text_entry && assessment.interactions[0].reason.contains("phenelzine (text entry)"));
    let coded = judged(vec![now("phenelzine", 45.0), now("sertraline", 50.0)]);
    assert!(!coded.interactions[0].text_entry && !coded.interactions[0].reason.contains("text entry"));
}
