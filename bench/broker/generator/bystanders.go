package main

import "fmt"

// Within the limit for subscriptions per client that brokers have by default.
const bystanderSubscriptions = 500

// openBystanders makes subscriptions that no message of this run matches.
func (p *plan) openBystanders() ([]*client, error) {
	var clients []*client
	for start := 0; start < p.bystanders; start += bystanderSubscriptions {
		c, err := open(p.address, fmt.Sprintf("bench-%s-bystander-%d", runID, start), true)
		if err != nil {
			return nil, err
		}
		var filters []string
		for i := start; i < min(start+bystanderSubscriptions, p.bystanders); i++ {
			filters = append(filters, bystanderFilter(i))
		}
		if err := c.subscribe(filters, 0); err != nil {
			return nil, err
		}
		clients = append(clients, c)
	}
	return clients, nil
}
