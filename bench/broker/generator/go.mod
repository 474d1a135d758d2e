module cdk8s-mqtt/bench/generator

go 1.22
