//! Which medicine a record speaks of: codes, references, displays, words (rules.md 3.6, 17).

use serde_json::value::RawValue;

use crate::clinical::chart::{Component, Medicine, Recognition, Unresolved};
use crate::clinical::knowledge::{Knowledge, NameMatch};
use crate::clinical::units::{DrugGroup, Form, Ingredient, Meaning, ProductUse, Strength, System};

use super::reading::Reading;
use super::record::Item;
use super::view::{Concept, Faults, Quantity, Reference, Slot, view};

view! {
    MedicationView<'a> {
        code: Option<Concept<'a>> = "code",
        form: Option<Concept<'a>> = "form",
        ingredient: Vec<IngredientView<'a>> = "ingredient",
    }
}

view! {
    IngredientView<'a> {
        concept: Option<Concept<'a>> = "itemCodeableConcept",
        reference: Option<Reference<'a>> = "itemReference",
        strength: Option<Ratio<'a>> = "strength",
    }
}

view! {
    Ratio<'a> {
        numerator: Option<Quantity<'a>> = "numerator",
        denominator: Option<Quantity<'a>> = "denominator",
    }
}

/// A medicine, and whether it should be known and is not.
pub(super) type Recognised = (Medicine, bool);

/// The medicine of a record, or why there is none. What should be known and is not goes to `chart.unresolved`.
pub(super) fn medicine<'a>(
    reading: &mut Reading<'_, 'a>,
    item: &Item<'a>,
    reference: Option<&Reference<'a>>,
    contained: &[&'a RawValue],
    route: Option<&Concept<'a>>,
    faults: &mut Faults,
) -> Result<Medicine, String> {
    let (knowledge, source) = (reading.knowledge, &item.source);
    let own = reading.medicines.read("medicationCodeableConcept", item.members, faults, |from, faults| {
        let mut concept: Option<Concept<'a>> = None;
        concept.put("medicationCodeableConcept", from, faults);
        concept.filter(is_named).map(|concept| by_concept(knowledge, &concept))
    });
    let (mut medicine, is_missing) = match own.flatten() {
        Some(recognised) => recognised,
        None => by_view(reading, &referred(reading, reference, contained)?, contained),
    };
    by_route(knowledge, &mut medicine, route);
    if is_missing {
        let candidate = None;
        reading.chart.unresolved.push(Unresolved { source: source.clone(), label: medicine.label.clone(), candidate });
        reading.unread(source, "not understood: a drug of an antidepressant or augmenter class that the tables do not know");
    }
    Ok(medicine)
}

fn by_concept(knowledge: &'static Knowledge, concept: &Concept<'_>) -> (Medicine, bool) {
    let mut medicine = recognised(knowledge, concept);
    form_by(concept.wordings(), &mut medicine);
    let is_missing = is_missing(knowledge, concept, &medicine);
    (medicine, is_missing)
}

fn by_view<'a>(reading: &Reading<'_, 'a>, view: &MedicationView<'a>, contained: &[&'a RawValue]) -> (Medicine, bool) {
    let none = Concept::default();
    let code = view.code.as_ref().unwrap_or(&none);
    let mut medicine = recognised(reading.knowledge, code);
    if medicine.components.is_empty() && !view.ingredient.is_empty() {
        by_ingredients(reading, view, contained, &mut medicine);
    }
    form_by(view.form.iter().flat_map(Concept::wordings).chain(code.wordings()), &mut medicine);
    let is_missing = is_missing(reading.knowledge, code, &medicine);
    (medicine, is_missing)
}

fn form_by<'w>(mut words: impl Iterator<Item = &'w str>, medicine: &mut Medicine) {
    if medicine.form == Form::Unknown {
        medicine.form = words.find_map(|text| Some(form(text)).filter(|form| *form != Form::Unknown)).unwrap_or_default();
    }
}

fn is_named(concept: &Concept<'_>) -> bool {
    !concept.label().trim().is_empty()
}

/// Whether it is of an antidepressant or augmenter class that the tables do not know.
fn is_missing(knowledge: &'static Knowledge, code: &Concept<'_>, medicine: &Medicine) -> bool {
    medicine.components.is_empty() && code.codes().any(|code| knowledge.is_relevant_class(code))
}

/// The Medication itself: contained, in the record; else what the reference is called.
fn referred<'a>(
    reading: &Reading<'_, 'a>,
    reference: Option<&Reference<'a>>,
    contained: &[&'a RawValue],
) -> Result<MedicationView<'a>, String> {
    let Some(reference) = reference else { return Err("names no medicine".to_owned()) };
    let found = reference.reference.as_deref().and_then(|target| reading.find("Medication", target, contained));
    let view = found.and_then(|found| found.view::<MedicationView<'a>>());
    let says = |view: &MedicationView<'a>| view.code.as_ref().is_some_and(|code| !code.label().is_empty()) || !view.ingredient.is_empty();
    match (view.filter(says), &reference.display) {
        (Some(view), _) => Ok(view),
        (None, Some(display)) if !display.trim().is_empty() => {
            let code = Concept { coding: Vec::new(), text: Some(display.clone()) };
            Ok(MedicationView { code: Some(code), ..MedicationView::default() })
        }
        _ => Err("the medicine it refers to is not in the record".to_owned()),
    }
}

/// The first product code, then the first ingredient code, then an RxNorm display, then any words.
fn recognised(knowledge: &'static Knowledge, code: &Concept<'_>) -> Medicine {
    let mut medicine = Medicine {
        components: Vec::new(),
        recognition: if code.coding.is_empty() { Recognition::Text } else { Recognition::Coded },
        form: Form::Unknown,
        product_use: ProductUse::Ordinary,
        pack: Vec::new(),
        label: code.label().to_owned(),
        contradicted_by: None,
    };
    let rxnorm = || code.coding.iter().filter(|coding| coding.system.as_deref().is_some_and(|system| System::of(system) == System::RxNorm));
    let displays = || rxnorm().filter_map(|coding| coding.display.as_deref());
    let product = code.codes().filter(|code| code.system == System::RxNorm).find_map(|code| knowledge.product(code.code));
    if let Some(product) = product {
        medicine.components =
            product.components.iter().map(|(ingredient, strength)| Component { ingredient: *ingredient, strength: *strength }).collect();
        medicine.form = product.form;
        medicine.product_use = product.product_use;
        medicine.pack = product.pack.clone();
        if code.wordings().next().is_none() {
            medicine.label = product.name.to_owned();
        }
    } else if let Some(ingredient) = code.codes().find_map(|code| knowledge.ingredient(code)) {
        let strength = displays().flat_map(|text| components(knowledge, text)).find(|found| found.ingredient == ingredient);
        medicine.components = vec![Component { ingredient, strength: strength.and_then(|found| found.strength) }];
        medicine.product_use = use_named(knowledge, code, &medicine.components);
        if code.wordings().next().is_none() {
            medicine.label = ingredient.name().to_owned();
        }
    } else if let Some(found) = displays().map(|text| components(knowledge, text)).find(|found| !found.is_empty()) {
        medicine.components = found;
        medicine.recognition = Recognition::Display;
        medicine.product_use = use_named(knowledge, code, &medicine.components);
        return medicine;
    } else {
        medicine.components = code.wordings().map(|text| components(knowledge, text)).find(|found| !found.is_empty()).unwrap_or_default();
        if !medicine.components.is_empty() {
            medicine.recognition = Recognition::Text;
        }
        medicine.product_use = use_named(knowledge, code, &medicine.components);
        return medicine;
    }
    medicine.contradicted_by = code.wordings().find(|text| contradicts(knowledge, text, &medicine)).map(str::to_owned);
    medicine
}

/// What the words for a medicine say it may count as, where no product table has its code: Zyban is never a trial (rules.md 3.2).
fn use_named(knowledge: &'static Knowledge, code: &Concept<'_>, components: &[Component]) -> ProductUse {
    let said =
        code.wordings().flat_map(|text| components.iter().map(move |component| knowledge.product_use_in(component.ingredient, text)));
    said.into_iter().find(|found| *found != ProductUse::Ordinary).unwrap_or(ProductUse::Ordinary)
}

/// Whether a text names another drug than the code, or another strength of it.
fn contradicts(knowledge: &'static Knowledge, text: &str, medicine: &Medicine) -> bool {
    let named = components(knowledge, text);
    if named.is_empty() || medicine.components.is_empty() {
        return false;
    }
    let of_code = |ingredient: Ingredient| medicine.components.iter().find(|component| component.ingredient == ingredient);
    let plain = matches!(medicine.form, Form::Immediate | Form::ExtendedRelease | Form::Unknown) && medicine.pack.is_empty();
    let differs = |named: &Component| match (named.strength, of_code(named.ingredient).and_then(|component| component.strength)) {
        (Some(one), Some(other)) => plain && one != other && !text.to_ascii_lowercase().contains("hydrobromide"),
        _ => false,
    };
    !named.iter().any(|named| of_code(named.ingredient).is_some()) || named.iter().any(differs)
}

/// The drugs that a text names, each once, with the strength that follows its name.
fn components(knowledge: &'static Knowledge, text: &str) -> Vec<Component> {
    let names = knowledge.names_in(text);
    let masses = masses(text);
    let mut found: Vec<Component> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        if found.iter().any(|component| component.ingredient == name.ingredient) {
            continue;
        }
        let strength = strength(knowledge, text, &names, index, &masses);
        found.push(Component { ingredient: name.ingredient, strength });
    }
    found
}

fn strength(knowledge: &'static Knowledge, text: &str, names: &[NameMatch], index: usize, masses: &[(usize, f64)]) -> Option<Strength> {
    let name = names[index];
    if knowledge.antidepressant(name.ingredient).is_some_and(|row| row.unit.starts_with("tablet")) {
        return Strength::from_mg(1.0);
    }
    let lower = text.to_ascii_lowercase();
    // A salt or a weekly capsule of its own strength: only the product table converts these.
    if lower.contains("hydrobromide") || lower.contains("weekly") {
        return None;
    }
    let others: Vec<&NameMatch> = names.iter().filter(|other| other.ingredient != name.ingredient).collect();
    if others.iter().any(|other| other.at == name.at) {
        return None;
    }
    let until = others.iter().map(|other| other.at).filter(|at| *at > name.at).min().unwrap_or(text.len());
    let after = masses.iter().find(|(at, _)| (name.at..until).contains(at));
    let only = masses.first().filter(|_| masses.len() == 1 && others.is_empty());
    after.or(only).and_then(|(_, mg)| Strength::from_mg(*mg))
}

/// The amounts of drug in a text, in mg a unit (a mL, 24 hours of a patch), with their places.
fn masses(text: &str) -> Vec<(usize, f64)> {
    let lower = text.to_ascii_lowercase();
    let bytes = lower.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() || (at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'.' | b'-'))) {
            at += 1;
            continue;
        }
        let end = (at..bytes.len()).find(|end| !(bytes[*end].is_ascii_digit() || bytes[*end] == b'.')).unwrap_or(bytes.len());
        let number = lower[at..end].trim_end_matches('.').parse::<f64>().ok();
        if let Some(mass) = number.and_then(|number| mass(number, lower[end..].trim_start())) {
            found.push((at, mass));
        }
        at = end;
    }
    found
}

/// A number with what follows it: `mg`, `mg/ml`, `mg/5 ml`, `mg/hr`, `mg/24hr`, `mcg`, `g`.
fn mass(number: f64, rest: &str) -> Option<f64> {
    let word = rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let mg = match word {
        "mg" => number,
        "mcg" | "ug" => number / 1000.0,
        "g" => number * 1000.0,
        _ => return None,
    };
    let Some(per) = rest[word.len()..].trim_start().strip_prefix('/').map(str::trim_start) else { return Some(mg) };
    let digits = per.len() - per.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let of = if digits == 0 { 1.0 } else { per[..digits].parse::<f64>().ok()? };
    let per = per[digits..].trim_start();
    match per.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default() {
        "ml" => Some(mg / of),
        "hr" | "h" | "hour" | "hours" => Some(mg / of * 24.0),
        "actuat" | "tablet" | "tab" | "cap" | "capsule" | "1" => Some(mg / of),
        _ => None,
    }
}

/// The form that words tell.
fn form(text: &str) -> Form {
    let lower = text.to_ascii_lowercase();
    let word = |words: &[&str]| lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| words.contains(&part));
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| lower.contains(phrase));
    if word(&["patch", "transdermal", "emsam"]) {
        Form::Patch
    } else if word(&["weekly"]) {
        Form::Weekly
    } else if says(&[
        "extended release",
        "extended-release",
        "sustained release",
        "sustained-release",
        "prolonged-release",
        "prolonged release",
    ]) || says(&["24 hr", "24hr", "12 hr", "12hr"])
        || word(&["xl", "er", "xr", "sr", "cr", "la"])
    {
        Form::ExtendedRelease
    } else if word(&["nasal"]) {
        Form::Nasal
    } else if word(&["injection", "injectable", "injections", "prefilled", "vial"]) {
        Form::Injection
    } else if word(&["cream", "gel", "ointment", "topical"]) {
        Form::Topical
    } else if word(&["solution", "suspension", "syrup", "liquid", "concentrate", "elixir"]) {
        Form::Liquid
    } else if word(&["tablet", "tablets", "tab", "capsule", "capsules", "cap", "caps"]) {
        Form::Immediate
    } else {
        Form::Unknown
    }
}

/// Ingredients of a Medication without a code that says more, each with its strength a unit.
fn by_ingredients<'a>(reading: &Reading<'_, 'a>, view: &MedicationView<'a>, contained: &[&'a RawValue], medicine: &mut Medicine) {
    let mut surest: Option<Recognition> = None;
    for part in &view.ingredient {
        let code = match part.concept.as_ref().filter(|concept| is_named(concept)) {
            Some(concept) => concept.clone(),
            None => match referred(reading, part.reference.as_ref(), contained) {
                Ok(told) => told.code.unwrap_or_default(),
                Err(_) => continue,
            },
        };
        let found = recognised(reading.knowledge, &code);
        let stated = part.strength.as_ref().and_then(of_ratio);
        if medicine.label.is_empty() {
            medicine.label = found.label.clone();
        }
        for component in found.components {
            let strength = stated.or(component.strength);
            medicine.components.push(Component { strength, ..component });
            surest = Some(surest.map_or(found.recognition, |known| known.max(found.recognition)));
        }
    }
    if let Some(recognition) = surest {
        medicine.recognition = recognition;
    }
}

fn of_ratio(ratio: &Ratio<'_>) -> Option<Strength> {
    let numerator = ratio.numerator.as_ref()?;
    let unit = numerator.code.as_deref().or(numerator.unit.as_deref())?.to_ascii_lowercase();
    let per = ratio.denominator.as_ref().and_then(|denominator| denominator.value).unwrap_or(1.0);
    Strength::from_mg(mass(numerator.value?, &unit)? / per)
}

/// What the route changes: a patch by its route. An antidepressant that inhibits MAO-B alone when swallowed is no trial by mouth
/// (rules.md 17: the ingredient code of selegiline without a route is oral).
fn by_route(knowledge: &'static Knowledge, medicine: &mut Medicine, route: Option<&Concept<'_>>) {
    let skin = |route: &Concept<'_>| {
        route.says(Meaning::RouteTransdermal, knowledge) || route.wordings().any(|text| text.to_ascii_lowercase().contains("transdermal"))
    };
    if medicine.form == Form::Unknown && route.is_some_and(skin) {
        medicine.form = Form::Patch;
    }
    let patch_only = |component: &Component| {
        let ingredient = component.ingredient;
        knowledge.antidepressant(ingredient).is_some() && knowledge.in_group(ingredient, DrugGroup::MaoBInhibitor)
    };
    if medicine.form != Form::Patch && medicine.components.iter().any(patch_only) {
        medicine.product_use = ProductUse::NeverATrial;
    }
}

/// The drug that a text or code list names, for allergies.
pub(super) fn ingredients(knowledge: &'static Knowledge, code: &Concept<'_>) -> Vec<Ingredient> {
    recognised(knowledge, code).components.into_iter().map(|component| component.ingredient).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_told_in_mg_a_unit() {
        let of = |text: &str| masses(text).into_iter().map(|(_, mg)| mg).collect::<Vec<_>>();
        assert_eq!(of("sertraline 50 MG Oral Tablet [Zoloft]"), [50.0]);
        assert_eq!(of("24 HR venlafaxine 37.5 MG Extended Release Oral Capsule"), [37.5]);
        assert_eq!(of("fluoxetine 20 mg/5 mL solution"), [4.0]);
        assert_eq!(of("0.25 MG/HR patch"), [6.0]);
        assert_eq!(of("liothyronine 25 mcg"), [0.025]);
        assert_eq!(of("tablet 3-0.02 mg, 5-10 mg"), [] as [f64; 0]);
        assert_eq!(of("B12 30 tablets"), [] as [f64; 0]);
    }

    #[test]
    fn words_tell_the_form() {
        assert_eq!(form("bupropion XL 300 mg"), Form::ExtendedRelease);
        assert_eq!(form("24 HR venlafaxine 75 MG Oral Capsule"), Form::ExtendedRelease);
        assert_eq!(form("sertraline 50 MG Oral Tablet"), Form::Immediate);
        assert_eq!(form("sertraline 20 MG/ML Oral Solution"), Form::Liquid);
        assert_eq!(form("sertraline"), Form::Unknown);
    }
}
