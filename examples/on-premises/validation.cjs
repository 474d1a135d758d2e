// cdk8s loads a validation by its path. From here Node.js finds the library wherever it is installed, in this folder or above it.
module.exports = require('cdk8s-mqtt');
