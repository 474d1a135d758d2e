'use strict';

/** A problem that the user can solve: printed without a stack trace. */
class Failure extends Error {}

module.exports = { Failure };
