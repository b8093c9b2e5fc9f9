//! FHIR R4, in and out: bodies become a [`Chart`](crate::clinical::chart::Chart).
//!
//! One pass, one way: a body stays bytes, a Bundle is walked entry by entry, each entry is peeked at, and what can matter is read
//! through a view that borrows from the body. Codes become ingredients, groups and instruments here, statuses are sorted here; what is
//! enough is not asked here.

mod adherence;
mod answer;
pub mod audit;
mod bundle;
mod capability;
mod condition;
mod coverage;
mod date;
mod dosage;
pub mod draft;
mod error;
mod event;
mod family;
mod intolerance;
mod inventory;
mod medication;
mod medication_record;
mod observation;
mod order;
pub mod outcome;
mod page;
mod patient;
mod questionnaire;
mod reader;
mod reading;
mod record;
mod repeated;
mod screening;
mod shape;
mod sig;
mod stop;
#[cfg(test)]
mod tests;
mod view;
mod walk;

pub use answer::Answer;
pub use capability::Capability;
pub use error::{ReadError, Version};
pub use inventory::{CodeSeen, Inventory, MedicineEntry, inventory, is_read};
pub use page::{Page, Wanted, is_id, medication_id, medication_ids, wanted_medications};
pub use reader::Reader;
pub use walk::Walking;
