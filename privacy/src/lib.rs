//! Shown, not claimed: how well somebody who has everything relay and clinic see and store can tell
//! which personas belong together, and to whom.
//!
//! - `people`, `schedule`: invented patients and when their devices do what. A model.
//! - `services`, `device`, `world`: the real relay, clinic, client and protocol, over simulated months.
//! - `observer`, `stores`, `prints`, `traces`: what the adversary has.
//! - `features`, `learner`: how it decides.
//! - `games`, `bound`: how well it did, and how sure that is.
//! - `experiment`, `plans`, `controls`: which populations and defences.
//! - `report`, `page`: what came out.

mod apart;
pub mod bound;
pub mod controls;
pub mod device;
pub mod dry;
pub mod experiment;
pub mod features;
pub mod games;
pub mod learner;
pub mod observer;
pub mod page;
pub mod people;
pub mod plans;
pub mod prints;
pub mod report;
pub mod schedule;
pub mod services;
pub mod settings;
pub mod stores;
pub mod traces;
pub mod world;
