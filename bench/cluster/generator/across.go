package main

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Two commands more for the generator of bench/broker, which knows one broker only: here publishers and subscribers may be at different ones, and the CPU time of every
// process of the cluster is taken over the same window.
func init() {
	commands["across"] = across
	commands["across-latency"] = acrossLatency
}

// clusterWindow is how busy the processes of the cluster were, in the order in which they were given.
type clusterWindow struct {
	Seconds          float64   `json:"seconds"`
	ProcessSeconds   []float64 `json:"processCpuSeconds"`
	GeneratorSeconds float64   `json:"generatorCpuSeconds"`
	OtherSeconds     float64   `json:"otherCpuSeconds"`
}

// acrossResult is that of a closed loop.
type acrossResult struct {
	clusterWindow
	Deliveries int64 `json:"deliveriesInWindow"`
	Expected   int64 `json:"expected"`
	Missing    int64 `json:"missing"`
	Repeated   int64 `json:"repeatedOrOutOfOrder"`
}

// acrossLatencyResult is that of an open loop.
type acrossLatencyResult struct {
	LatencyResult
	clusterWindow
}

// flows are pairs of a publisher and a subscriber: pair i publishes at from[i] and subscribes at to[i], in turn.
type flows struct {
	from, to, bystandersAt []string
	processes              []int
	plan
}

func parseFlows(name string, arguments []string, more func(*flag.FlagSet)) (*flows, error) {
	f := &flows{plan: plan{topics: 1, pairs: true}}
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	from := set.String("from", "", "host:port of the brokers that are published at, separated by commas")
	to := set.String("to", "", "host:port of the brokers that are subscribed at")
	bystandersAt := set.String("bystanders-at", "", "host:port of the brokers with the bystanders")
	processes := set.String("processes", "", "process ids whose CPU time is taken")
	qos := set.Int("qos", 0, "of publishers and subscribers")
	set.IntVar(&f.publishers, "pairs", 1, "")
	set.BoolVar(&f.persistent, "persistent", false, "subscribers have a persistent session")
	set.IntVar(&f.window, "window", 1000, "messages under way for each publisher")
	set.IntVar(&f.topics, "topics", 1, "topics of each publisher")
	set.IntVar(&f.payload, "payload", 64, "bytes")
	set.IntVar(&f.bystanders, "bystanders", 0, "wildcard subscriptions that match nothing")
	set.DurationVar(&f.warmup, "warmup", time.Second, "")
	set.DurationVar(&f.duration, "duration", 3*time.Second, "")
	if more != nil {
		more(set)
	}
	if err := set.Parse(arguments); err != nil {
		return nil, err
	}
	f.qos = byte(*qos)
	f.subscribers = f.publishers
	f.from, f.to, f.bystandersAt = list(*from), list(*to), list(*bystandersAt)
	if len(f.from) == 0 || len(f.to) == 0 {
		return nil, fmt.Errorf("-from and -to need an address")
	}
	for _, text := range list(*processes) {
		pid, err := strconv.Atoi(text)
		if err != nil {
			return nil, err
		}
		f.processes = append(f.processes, pid)
	}
	return f, nil
}

func list(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// at is the plan of a client that connects to this address.
func (f *flows) at(address string) *plan {
	p := f.plan
	p.address = address
	return &p
}

func (f *flows) openPairs() (publishers []*publisher, subscribers []*subscriber, err error) {
	for i := 0; i < f.publishers; i++ {
		s, err := f.at(f.to[i%len(f.to)]).openSubscriber(i)
		if err != nil {
			return nil, nil, err
		}
		subscribers = append(subscribers, s)
	}
	for i := 0; i < f.publishers; i++ {
		p, err := f.at(f.from[i%len(f.from)]).openPublisher(i)
		if err != nil {
			return nil, nil, err
		}
		publishers = append(publishers, p)
	}
	return publishers, subscribers, nil
}

func (f *flows) openAllBystanders() (clients []*client, err error) {
	for _, address := range f.bystandersAt {
		p := f.at(address)
		p.bystanders = f.bystanders / len(f.bystandersAt)
		opened, err := p.openBystanders()
		if err != nil {
			return nil, err
		}
		clients = append(clients, opened...)
	}
	return clients, nil
}

func (f *flows) leave(publishers []*publisher, subscribers []*subscriber) error {
	for _, p := range publishers {
		p.leave()
	}
	for _, s := range subscribers {
		s.leave()
		if f.persistent {
			if err := forget(s.plan.address, s.id); err != nil {
				return err
			}
		}
	}
	return nil
}

func across(arguments []string) (any, error) {
	f, err := parseFlows("across", arguments, nil)
	if err != nil {
		return nil, err
	}
	bystanders, err := f.openAllBystanders()
	if err != nil {
		return nil, err
	}
	publishers, subscribers, err := f.openPairs()
	if err != nil {
		return nil, err
	}
	failed := make(chan error, 2*f.publishers)
	for i, s := range subscribers {
		go func() { failed <- s.receive(publishers) }()
		go func() { failed <- publishers[i].readAcknowledgements() }()
		go publishers[i].publish()
	}
	result, err := f.measureAll(publishers, subscribers, failed)
	if err != nil {
		return nil, err
	}
	for _, b := range bystanders {
		b.leave()
	}
	return result, f.leave(publishers, subscribers)
}

func (f *flows) measureAll(publishers []*publisher, subscribers []*subscriber, failed chan error) (*acrossResult, error) {
	delivered := func() (total int64) {
		for _, s := range subscribers {
			total += s.delivered.Load()
		}
		return total
	}
	if err := wait(f.warmup, failed); err != nil {
		return nil, err
	}
	result := &acrossResult{Deliveries: -delivered()}
	window, err := f.usedWhile(func() error { return wait(f.duration, failed) })
	if err != nil {
		return nil, err
	}
	result.Deliveries += delivered()
	result.clusterWindow = window
	for _, p := range publishers {
		p.stop()
	}
	if _, err := f.settle(publishers, subscribers, failed); err != nil {
		return nil, err
	}
	for _, s := range subscribers {
		result.Expected += s.expected(publishers)
		result.Missing += max(0, s.expected(publishers)-(s.delivered.Load()-s.repeated))
		result.Repeated += s.repeated
	}
	return result, nil
}

func acrossLatency(arguments []string) (any, error) {
	rate := 1000
	f, err := parseFlows("across-latency", arguments, func(set *flag.FlagSet) { set.IntVar(&rate, "rate", rate, "messages a second") })
	if err != nil {
		return nil, err
	}
	r := &latencyRun{began: time.Now(), perMessage: time.Second / time.Duration(rate), payload: max(payloadHeader, f.payload), qos: f.qos, failed: make(chan error, 2*f.publishers+1)}
	if r.publishers, r.subscribers, err = f.openPairs(); err != nil {
		return nil, err
	}
	for i, s := range r.subscribers {
		go func() { r.failed <- r.receive(s) }()
		go func() { r.failed <- r.publishers[i].readAcknowledgements() }()
	}
	if _, err := r.send(f.warmup); err != nil {
		return nil, err
	}
	r.forget()
	sent := 0
	window, err := f.usedWhile(func() (err error) {
		sent, err = r.send(f.duration)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &acrossLatencyResult{LatencyResult: *r.result(sent), clusterWindow: window}, f.leave(r.publishers, r.subscribers)
}

// usedWhile takes the CPU time of everything that belongs to the measurement, and what else the machine did.
func (f *flows) usedWhile(run func() error) (clusterWindow, error) {
	before, err := f.usages()
	if err != nil {
		return clusterWindow{}, err
	}
	if err := run(); err != nil {
		return clusterWindow{}, err
	}
	after, err := f.usages()
	if err != nil {
		return clusterWindow{}, err
	}
	result := clusterWindow{}
	own := 0.0
	for i := range after {
		w := before[i].until(after[i])
		result.ProcessSeconds = append(result.ProcessSeconds, w.BrokerSeconds)
		own += w.BrokerSeconds
		result.Seconds, result.GeneratorSeconds, result.OtherSeconds = w.Seconds, w.GeneratorSeconds, w.OtherSeconds+w.BrokerSeconds
	}
	result.OtherSeconds = max(0, result.OtherSeconds-own)
	return result, nil
}

func (f *flows) usages() (all []usage, err error) {
	for _, pid := range f.processes {
		u, err := usageOf(pid)
		if err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, nil
}
