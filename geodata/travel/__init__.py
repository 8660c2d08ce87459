"""From places and roads to minutes: rules, pieces of road, ways to the road, the kernel, tables and areas."""
