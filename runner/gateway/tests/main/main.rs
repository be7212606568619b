//! The gateway through its public doors.
