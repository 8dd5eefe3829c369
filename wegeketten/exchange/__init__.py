"""What flows out to other programs and in from them: NetworkX graphs and other formats."""
