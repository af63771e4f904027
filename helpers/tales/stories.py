"""Plots of the tales: what is found, promised, bought, written, asked or wagered, and how it comes back."""

PLOTS = """
== tale
[opening] [days]

== opening
3* Once a [temper:temper] [trade:trade] with [few] children lived in [place:place]. [naming] It was [season:season].
2* There was a [trade:trade] in [place:place] with a [size] face and a [temper:temper] soul. [naming] It was a [air2] [season:season].
2* In [place:place], one [season:season], there lived a [temper:temper] [trade:trade]. [naming]
2* [hero] was the most [temper:temper] [trade:trade] in [place:place], [tens][ones] years old. It was [season:season].
== hero
[girl:hero]<she=she><her=her><him=her>
[boy:hero]<she=he><her=his><him=him>
== naming
Her name was [girl:hero].<she=she><her=her><him=her>
His name was [boy:hero].<she=he><her=his><him=him>
People called her [girl:hero].<she=she><her=her><him=her>
People called him [boy:hero].<she=he><her=his><him=him>
== friend
[girl:friend -hero]<he=she><his=her><them=her>
[boy:friend -hero]<he=he><his=his><them=him>

== days
32* [scene] [days]
1* [find]
1* [vow]
1* [errand]
1* [letter]
1* [guest]
1* [wager]

== find
In a [goods] {she} found a [made:made] [thing:thing] and hid it [hiding:hiding]. [find.days]
Behind a [goods] {she} found a [made:made] [thing:thing] and hid it [hiding:hiding]. [find.days]
== find.days
20* [scene] [find.days]
2* [size.friend] [friend] came to the door with a [animal.{land}]. "I have lost my {made} {thing}," said {friend}. [find.{temper}]
1* Now [friend] went from house to house. Had anybody in {place} seen a {made} {thing}? [find.{temper}]
1* "Where is my {thing}?" cried somebody outside. It was [friend], wet and [size], and the {thing} was {made}. [find.{temper}]
== find.patient
6* [find.give]
1* [find.keep]
== find.careless
2* [find.give]
1* [find.keep]
4* [find.search]
== find.proud
2* [find.give]
4* [find.keep]
== find.shy
4* [find.give]
2* [find.search]
== find.merry
4* [find.give]
1* [find.search]
== find.stubborn
2* [find.give]
3* [find.keep]
1* [find.search]
== find.give
{hero} put down the [food.{season}] and fetched it from where it lay, {hiding}. "Here is your {thing}," said {hero}. [find.thanks]
"It is {hiding}," said {hero}, "and it is yours." [find.thanks]
== find.keep
{hero} said nothing, and the {made} {thing} stayed {hiding}. [find.regret]
"I have seen no {thing}," said {hero}. [find.regret]
== find.search
But where was it? {hero} looked [hiding:tried -hiding]. It was not {tried}. It was {hiding}. [find.thanks]
== find.thanks
{friend} gave {him} [price:price] coins. [find.pay] [end.friends]
{friend} laughed and cried at once. [end.friends]
"Keep it," said {friend}. So the {made} {thing} still hangs over {hero}'s door in {place}. [end]
== find.pay
"{price} coins are too many," said {hero}, and gave back [few].
It bought [few] [flock.{land}] and a [goods].
{She} kept the {price} coins {hiding}.
== find.regret
Years later {hero} dug it up and sent it to {friend}, with [price] coins and no letter. [end]
It did not help: [dream] {hero} heard the {thing} {hiding}. [end.alone]

== vow
Now [friend] had to leave for [town:town]. "Promise me to [promise:promise]," said {friend}. "I promise," said {hero}. [vow.days]
"I must go to [town:town]," said [friend] one [daypart], "and you must [promise:promise]." {hero} gave {his} friend a hand on it. [vow.days]
== vow.days
20* [scene] [vow.days]
2* After [few] months {friend} came back from {town} with a [size] [animal.{land}]. "Did you {promise}?" asked {friend}. [vow.{temper}]
1* The [daypart] coach brought a card from {town}: "Do not forget to {promise}. {friend}." [vow.days]
1* One [air.{season}] [daypart] {friend} stood at the door. "You promised to {promise}," said {friend}. [vow.{temper}]
== vow.patient
5* [vow.kept]
1* [vow.broken]
== vow.careless
1* [vow.kept]
3* [vow.broken]
== vow.proud
2* [vow.kept]
3* [vow.broken]
== vow.shy
4* [vow.kept]
1* [vow.broken]
== vow.merry
1* [vow.kept]
1* [vow.broken]
== vow.stubborn
7* [vow.kept]
1* [vow.broken]
== vow.kept
"Every word," said {hero}. [vow.glad] [end.friends]
{hero} smiled, fed the [animal.{land}] and said yes. It had not been easy to {promise}. [end.friends]
== vow.glad
{friend} had brought a [made:made] [thing:thing] from {town}. "The {thing} is for you," said {friend}.
{friend} had thought of it every [daypart] in {town}, over the [food.{season}].
== vow.broken
{hero} looked at {her} [bodypart]. How easy it would have been to {promise}. [end.alone]
"I forgot," said {hero}. {friend} took the next coach to {town}. [end.alone]

== errand
{Her} [relative:relative] needed [list] from the market in [town:town]. [errand.days]
"Bring me [list]," said {her} [relative:relative], "and be back from [town:town] before dark." [errand.days]
== list
two<count=two> things: a [goods:first] and a [goods:second -first]
three<count=three> things: a [goods:first], a [goods:second -first] and a [goods:third -first -second]
four<count=four> things: a [goods:first], a [goods:second -first], a [goods:third -first -second] and a [goods:fourth -first -second -third]
== errand.days
20* [scene] [errand.days]
4* The market was full of [flock.{land}], [food.{season}] and [goods]s. [errand.price] [errand.back.{count}]
== errand.price
A {first} cost [price:price] coins. "{price} coins for a {first}?" said {hero}. "I will give you [few]."
"Only [price:price] coins," said the woman with the {second}. {hero} paid the {price} coins without a word.
{hero} asked for a {second} and was shown a [goods]. "A {second}," said {hero} again.
== errand.back.two
[errand.home] the {first} and the {second}. "{Count} things," said the {relative}. [errand.end]
== errand.back.three
[errand.home] the {first}, the {second} and the {third}. "{Count} things," said the {relative}. [errand.end]
== errand.back.four
[errand.home] the {first}, the {second}, the {third} and the {fourth}. "{Count} things," said the {relative}. [errand.end]
== errand.home
At home {she} laid them on the table:
[homeward] {she} came back from {town} with
== errand.end
"And the [made] [thing:thing]?" Nobody had spoken of a {thing}. [end]
"You are a [size] {trade}, {hero}." [end]
"In {town} they must think we are rich." [end]

== letter
A letter came from [friend], who had moved to [town:town]:¶Dear {hero},¶[letter.news] [letter.wish]¶Your {friend}¶[letter.days]
Then the postman brought a letter. It was from [friend] in [town:town].¶Dear {hero},¶[letter.news] [letter.wish]¶Your {friend}¶[letter.days]
== letter.news
{town} is [size], and I have [few] rooms and a [colour] [animal.{land}:pet]. The {pet} [did] when I came.
Here it is [air.{season}] too. I sold my [made:made] [goods:pet] and live on [food.{season}].
I have learned to [feat:feat], and my [animal.{land}:pet] watches me.
== letter.wish
Do you still [habit.now]? Write before [month.{season}].
Come before [month.{season}], and bring a [goods:gift].
What would the [size] [person.{land}] in {place} say?
== habit.now
play the flute
get up at dawn
talk in your sleep
work as a {trade}
walk in the rain
== letter.days
16* [scene] [letter.days]
2* Then {hero} wrote back:¶Dear {friend},¶[letter.reply] [letter.reply2]¶Your {hero}¶[letter.end]
1* There was no answer to give but one. {hero} took the coach to {town}, found {friend}, and stayed [howlong]. [end.friends]
== letter.reply
{place} is as it was. The [size] [person.{land}] asks for you.
I laughed about your {pet}. Here the [animal.{land}] [did] again.
How is your {pet}? Mine is [colour].
== letter.reply2
Nobody makes [food.{season}] and [food.{season}] like you.
I would come to {town}, but a {trade} has no holidays.
My [relative] is well, but for the [bodypart].
== letter.end
It went off to {town} with the next coach. [end]
{friend} kept it in a [made] box. [end]

== guest
Late one [daypart] a [visitor:guest] with a [colour] [animal.{land}] knocked. "May I stay?" The {guest} had a [made:made] [thing:thing] and no [food.{season}]. [guest.days]
Then a [size] [visitor:guest] asked for a bed, and paid with a [made:made] [thing:thing]. [guest.days]
== guest.days
20* [scene] [guest.days]
2* Before the {guest} left, {hero} asked about the {thing}. "[guest.secret]," said the {guest}. [guest.end]
1* The next [daypart] the {guest} was gone, but the {made} {thing} lay [hiding:hiding]. [guest.later]
== guest.secret
It opens nothing in {place}
It belonged to a {trade} like you
I had it from a [person.{land}] in [town]
Never leave it [hiding]
== guest.end
The {guest} took the road to [town], and the {made} {thing} too. [end]
"Take it, {hero}." And so the {made} {thing} stayed in {place}. [end]
== guest.later
20* [scene] [guest.later]
4* [many] years went by. Only when {she} looked for a [goods] did {hero} look {hiding}: there was the {made} {thing}. [end]

== wager
"I bet you [price:price] coins," said [friend], "that you cannot [feat:feat]." [wager.yes] [wager.days]
[friend] had [price:price] coins too many. "They are yours if you can [feat:feat]," said {friend}. [wager.yes] [wager.days]
== wager.yes
"{price} coins?" said {hero}. "Done."
{hero} thought it over [howlong], and agreed.
== wager.days
20* [scene] [wager.days]
4* Then the day came, and all of {place} was there to see {hero} {feat}. [wager.{temper}]
== wager.patient
2* [wager.won]
1* [wager.lost]
== wager.careless
1* [wager.won]
5* [wager.lost]
== wager.proud
1* [wager.won]
2* [wager.lost]
== wager.shy
1* [wager.won]
1* [wager.lost]
== wager.merry
1* [wager.won]
2* [wager.lost]
== wager.stubborn
6* [wager.won]
1* [wager.lost]
== wager.won
It took [few] [tries] and [food.{season}], but it was done. {friend} counted out {price} coins. [end.friends]
"There," said {hero}. "Now you, {friend}." But {friend} only paid the {price} coins. [end]
== wager.lost
It went wrong at once. {hero} paid {friend} {price} coins, in [few] parts. [end]
"A {trade} is no hero," said {friend}, and took the {price} coins. [end.alone]

== end.friends
3* {hero} and {friend} were [pals] from that day on.¶¶
2* {friend} stayed in {place}, next door to {hero} and the [person.{land}].¶¶
1* [end]
== end.alone
2* Nobody in {place} saw {friend} again, but for the [size] [person.{land}].¶¶
2* {hero} was a less {temper} {trade} after that.¶¶
1* [end]
== end
2* And if {she} has not moved to [town], {hero} is still a {trade} in {place}.¶¶
2* So it was told to me in {place}, by a [size] [person.{land}] with a [goods].¶¶
1* That was the [season -season] after the great [disaster]. No: it was {season}.¶¶
1* {hero} lived to be [tens][ones], and still [work.{trade}].¶¶
== pals
friends
business partners
good neighbours
== tries
days
tries
broken ropes
sleepless nights
== homeward
Towards midnight
In the rain
With wet feet
On a cart
== dream
at night
in dreams
through the wall
in every storm
== air2
short
long
bad
good
strange
busy
== size.friend
Tall
Poor
Young
Old
Little
Fat
"""
