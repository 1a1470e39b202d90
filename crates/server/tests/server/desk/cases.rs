//! Cases at the desk, from the queue to the public register: the real router, the real databases, the real log.

mod followed;
mod published;
mod queues;
mod screened;
mod staff;
