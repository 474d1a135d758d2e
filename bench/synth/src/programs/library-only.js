require('cdk8s-mqtt');
