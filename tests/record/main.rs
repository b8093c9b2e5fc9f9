//! What the record comes to, from outside: worked cases, real records, properties, and the shape of the house.
//!
//! One executable, since each links the whole program.

mod account;
mod architecture;
mod benchmark;
mod cases;
mod common;
mod decks;
mod docs;
mod durations;
mod fuzz;
mod generated;
mod glossary;
mod growth;
mod hamd;
mod history;
mod hostile;
mod mood;
mod pages;
mod properties;
mod rulebook;
mod rules;
mod security;
mod spoken;
mod stories;
mod tally;
#[allow(dead_code, reason = "the tests of the service use the rest")]
#[path = "../service/token.rs"]
mod token;
mod valid;
mod watched;
